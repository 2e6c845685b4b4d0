"""A sample room: friends who plan a weekend in the mountains."""

__all__ = ["CHANNELS", "SCRIPT"]

CHANNELS = (("general", "text"), ("packing", "text"), ("photos", "text"), ("car", "voice"))

SCRIPT = """
= general
@ 6 19:30
noor id:when | Right, the hut has six beds left for next weekend. Are we doing this?
! 🙌 jonas,priya,lena
! 🎉 sam
jonas +1 | YES
priya +2 | In. Can we take the ridge this time instead of the valley?
noor +3 id:ridge | Ridge on the way up if the weather holds, valley on the way down. 14 km and 900 m up on the first day
& gpx Ridge loop.gpx
sam +2 re:ridge | 900 m. My knees have asked me to say hello
! 😂 jonas,priya,noor
lena +4 | Sam, I lend you my poles. They add ten years
sam +1 | Add or take away?
lena +1 | Depends on how you use them
! 😂 sam,noor
noor +8 | Booked! Six beds, half board, they keep soup for late arrivals
! ❤️ priya,jonas,lena,sam
@ 5 12:10
priya id:train | Trains: there is one at *7:04*, change once, and we are at the trailhead at 9:20. Or Jonas drives and we sleep one hour longer
jonas +2 re:train | I can take four. Leaving at 7:30 from the station, north side
noor +3 | Then two by train. I like trains, who joins me?
sam +2 | Me. I will bring cards
@ 5 21:14
jonas id:bears | Are there bears
noor +1 re:bears | No
jonas +1 | Would you tell me if there were bears
noor +1 | No
! 😂 priya,lena,sam
! 🐻 jonas
@ 4 08:45
lena | Forecast, as of this morning: Saturday dry, wind from the west, 16 °C. Sunday showers after two
! 👍 noor,priya
priya +5 edited | So we should be down by one on Sunday. Breakfast at seven, off at half past
jonas +2 deleted |
sam +4 | Half past seven. On a Sunday. For fun.
! 😂 jonas,lena
@ 2 20:20
noor id:who | Last check, who is coming: me, Jonas, Priya, Lena, Sam. The sixth bed is still free
lena +2 re:who | I asked {me}!
! 🎉 noor,priya,sam
priya +1 | The more the merrier. There is always too much chocolate anyway
@ 1 18:05
noor | Emergency numbers, for everybody's phone:
  ```
  mountain rescue   140
  hut               +41 00 000 00 00
  ```
! 🙏 sam,priya
jonas +9 | I also saved the number of the pizza place in the village. Equally important
! 🍕 sam,priya,lena
@ now 38
sam | Weather still good? I have packed and unpacked twice
noor +2 | Still good. Stop unpacking
! 😂 lena,jonas
= packing
@ 4 19:00
noor id:list | What each of us needs:
  - boots that you have walked in before (Jonas)
  - rain jacket, one warm layer
  - sleeping bag liner, the hut has blankets
  - 2 litres of water
  - a light, and a *full* battery
! 👍 priya,sam,lena
jonas +3 re:list | Once! That happened once!
! 😂 noor,priya
priya +2 | I bring the first aid kit and blister plasters
lena +1 | Stove and coffee. I am not walking without coffee
! ☕ sam,noor,priya
sam +5 | Cards, chocolate, more chocolate
@ 3 09:30
priya | Does anyone have a spare head torch? Mine has decided to be a night light
noor +4 | Two. I put one in the bag for you
! 🙏 priya
= photos
@ 3 21:00
noor id:last | To get you in the mood, last year:
& dusk The hut at dusk.png
& ridge On the ridge.png
! 😍 lena,priya,sam
jonas +3 re:last | I remember this. This is where I asked how far it still was
noor +1 | It was the car park
! 😂 lena,priya,sam
priya +8 | My favourite, the lake before breakfast
& lake The lake.png
! ❤️ noor,lena
! 😮 jonas
lena +2 | I am swimming in that
priya +1 | It has nine degrees
lena +1 | I am *looking at* that
! 😂 priya,noor,sam,jonas
"""
