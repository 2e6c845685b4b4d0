"""A sample room: a few people who make a small library app."""

__all__ = ["CHANNELS", "SCRIPT"]

CHANNELS = (("general", "text"), ("code", "text"), ("design", "text"), ("stand-up", "voice"))

SCRIPT = """
= general
@ 5 09:02
amina | Morning all. This week: search, the slow start page, and *nothing else*. I mean it
! 👍 felix,wei,dana
felix +3 | Writing "nothing else" on a sticky note
dana +2 | Three people have asked for dark covers though
amina +1 | Nothing. Else.
! 😂 dana,felix,wei
@ 5 14:40
wei id:slow | Found out why the start page is slow: we load every book to count them
felix +1 re:slow | All 41,000?
wei +1 | All 41,000. Twice
! 😱 felix,dana,amina
wei +25 id:fast | Counting in the database now. 2.4 seconds before, 90 milliseconds after
& bars Start page.png
! 🎉 amina,felix,dana
! 🚀 felix
amina +2 re:fast | This is the best picture I have seen all month
@ 4 10:15
dana | Notes from the call with the library in Ghent: they love the reading lists, they cannot find the export. I moved it one level up
! ❤️ amina
felix +6 | Half of all support mails were about the export. Thank you
@ 4 16:20
felix id:friday | Are we releasing tomorrow?
amina +1 re:friday | Tomorrow is Friday
felix +1 | So… Monday
wei +1 | He can be taught
! 😂 amina,dana
@ 2 11:30
amina edited | Release is planned for Monday at ten. Wei has the keys, Felix has the notes, I have cake
! 🍰 felix,wei,dana
dana +3 | What kind of cake? Asking for the release notes
amina +1 | Lemon
! 🍋 dana,wei
@ now 47
amina | Hello {me}, good to have you here. Start in *code*, and ask whatever you like
! 👋 felix,wei,dana
wei +4 | There are no stupid questions. There is one stupid function, and Felix wrote it
felix +1 | It was late and it *works*
! 😂 wei,dana,amina
= code
@ 5 15:10
wei id:count | For the record, this is all it was:
  ```python
  # before
  total = len([book for book in shelf.books()])
  # after
  total = shelf.count()
  ```
! 👏 felix,amina
felix +4 re:count | Could you check `readers.py` for the same? I have a bad feeling
wei +12 | Same thing, line 88. Fixed too
! 🙏 felix
@ 3 09:50
felix id:search | Search is up for review. It ignores accents now, so `Zoe` finds *Zoë*
wei +20 re:search | Looks good! One thing: `normalize` is called for every letter typed. Wait 80 ms and call it once?
felix +3 | Good catch, done
! 👍 wei
felix +1 deleted |
wei +2 | Approved ✅
@ 1 15:00
dana | Not a coder's question, I think: why does my page say `undefined` books?
felix +2 | It is a coder's question, and it is my fault. Reload in five minutes
dana +6 | 41,212 books. Welcome back, books
! 😂 felix,wei
! 📚 amina
@ 1 15:20
felix | How the names are compared, because somebody will ask: https://docs.python.org/3/library/unicodedata.html
! 🤓 wei
= design
@ 3 13:05
dana id:cover | Two ideas for the new start page. The quiet one:
& mist Quiet.png
dana +1 | and the loud one:
& sunset Loud.png
! 🔥 felix
amina +4 re:cover | The quiet one. Books should be the loud part
! 💯 dana,wei
felix +2 | I vote loud, but I also wear orange socks
! 🧦 dana,amina
dana +6 edited | Quiet it is. The loud one goes on the mugs
! 🎉 felix
@ 2 17:45
wei | Is the grey on the buttons dark enough to read? My eyes say no
dana +5 | It is 3.9 to 1, you are right. Made it 5.6
! 🙏 wei
"""
