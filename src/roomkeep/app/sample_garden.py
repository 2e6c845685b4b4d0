"""A sample room: people who share a garden."""

__all__ = ["CHANNELS", "SCRIPT"]

CHANNELS = (("general", "text"), ("seed-swap", "text"), ("kitchen", "text"), ("porch", "voice"))

SCRIPT = """
= general
@ 6 08:10
mara id:frost | Good morning! Light frost on the lower beds, the courgettes look a little offended 🥶
! 😮 tom,lena
tom +4 re:frost | Mine too. I put the fleece back over the seedlings, just in case
lena +2 | Forecast says 4 °C tonight and then it warms up properly
! 🎉 mara,tom,ines
mara +6 | Then tonight is the last fleece night. I am calling it
! 🤞 lena,tom,yusuf
yusuf +31 | Does anyone have the long hose? The tap at the shed drips again, and I would like to look at it this afternoon
tom +3 | Hanging behind the compost, left side. The tap needs a new washer, half inch
yusuf +1 | Thank you! On it
! 🙏 mara,lena
@ 6 17:40
yusuf | Tap is *done*. Not a single drop in ten minutes, I counted
! 🎉 mara,tom,lena,ines
ines +2 | Yusuf, hero of the watering can
! 😂 yusuf,tom
@ 5 09:25
mara id:plan | I drew up who waters when for the next two weeks. Have a look before I pin it to the shed:
& beds Bed plan.png
& csv Watering.csv
lena +5 re:plan | Could I swap Thursday with somebody? I am away until the evening
ines +1 | Take my Tuesday, I take your Thursday
lena +1 | Perfect, thank you ❤️
! ❤️ ines
mara +4 edited | Changed in the list. New version on the shed by noon
! 👍 lena,ines,tom
@ 5 20:02
oskar | CHEAP garden gnomes, 70% off, message me, offer ends tonight!!!
oskar +1 | GNOMES GNOMES GNOMES
oskar +1 deleted |
mara +6 | Oskar, we said this last week: no selling in here. You are out for a while
! 👍 tom,lena,ines,yusuf
tom +2 | I will admit that I looked at the gnomes
! 😂 mara,lena,ines,yusuf
@ 3 07:55
lena id:dawn | Worth getting up for
& dawn Garden at dawn.png
! 😍 mara,ines,tom
! ❤️ yusuf
ines +9 re:dawn | That light! Is that from the bench?
lena +2 | From the bench, with coffee. There is room for two
tom +12 | Note to self: set an alarm
@ 2 18:30
ines | First radishes! Who wants some? I left a bowl on the potting table
! 🎉 lena,mara
yusuf +8 | Took three. One did not make it home
! 😂 ines,lena
mara +20 id:open | Do not forget: *open day* is on Saturday. We need somebody for the gate, for the tea and for the tour
tom +3 re:open | Gate, if I may sit
lena +1 re:open | Tea. I bring two thermos jugs and the good cups
ines +2 re:open | Then I do the tour, but only if Yusuf explains the compost
yusuf +4 | I have been waiting my whole life for somebody to ask
! 😂 mara,tom,lena,ines
@ 1 19:12
tom | Sign for the gate is painted. It says OPEN on one side and OPEN on the other, so nobody can get it wrong
! 👏 mara,ines
@ now 24
mara | Welcome, {me}! You can help me look after this room, so you may ban people and lift bans, too
! 👋 lena,tom,ines,yusuf
lena +3 | Hello {me} 🌱 pick any bed with a blue label, those are free
! 🌱 mara,yusuf
= seed-swap
@ 4 10:00
ines | *Have:* basil, three kinds of tomato, sweet peas
  *Want:* anything that bees like
mara +7 | Borage and phacelia here, plenty of both. Swap for the sweet peas?
! 🐝 ines,lena
ines +2 | Deal
yusuf +40 | Black tomatoes from my aunt. No name, best taste. I can spare twelve
! 🍅 mara,ines,tom
tom +5 | Two for me please
@ 2 12:20
lena | When to sow what, in one page: https://en.wikipedia.org/wiki/Phenology is where I started, and never came back
! 🤓 ines,mara
= kitchen
@ 4 18:15
yusuf id:soup | Nettle soup, enough for everybody: one bag of nettles (gloves!), two potatoes, one onion, broth. Fifteen minutes
! 🤤 lena,mara
tom +6 re:soup | Does it sting?
yusuf +1 | Only the cook
! 😂 tom,ines,lena
ines +30 | I made it. My children *asked for more*. Of nettles!
! 😮 mara
! 🎉 yusuf
"""
