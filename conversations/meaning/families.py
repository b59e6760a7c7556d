"""Words of which two statements must name the same, because vectors hardly tell them apart. English."""

# The row of relatives: of whom a statement tells matters even where the other names nobody.
KIN = 0
# A row is a family, a slash joins words that are one member of it.
FAMILIES = tuple(
    tuple(frozenset(side.split("/")) for side in row.split(" "))
    for row in (
        (
            "son/sons daughter/daughters brother/brothers sister/sisters mother/mum/mom father/dad wife husband "
            "child/children/kid/kids parent/parents grandmother/grandfather/grandparents uncle aunt cousin "
            "girlfriend boyfriend friend/friends colleague/colleagues boss nephew niece"
        ),
        "married/spouse divorced/divorce single widowed engaged separated",
        "short/brief/concise/shorter long/lengthy/longer/detailed/thorough/extensive simple/plain",
        "more/greater fewer/less",
        "good/better/great bad/worse/poor/terrible",
        "small/little/tiny large/big/huge",
        "light/bright dark",
        "serious funny/humorous",
        "positive/positively negative/negatively",
        "toddler/baby/newborn teenager/teen",
        "part full",
        "city/town village/countryside",
        "first second third",
        "support/supports oppose/opposes",
        "high/higher low/lower",
        "hot/warm cold/cool",
        "older/old/elder younger/young",
        "taller/tall shorter",
        "north/northern south/southern east/eastern west/western",
        "morning/mornings afternoon/afternoons evening/evenings night/nights noon day/daytime",
        "monday tuesday wednesday thursday friday saturday sunday weekend/weekends weekday/weekdays",
        "daily/everyday/each weekly monthly yearly/annually occasionally/sometimes",
        "left right/conservative",
        "backend frontend",
        "beginner/new/novice/learner expert/advanced/native/professional/experienced hobby/amateur intermediate",
        "formal/formally informal/informally/casual/casually",
        "summer winter spring autumn/fall",
        "buy/buying/buys/purchase/purchasing/purchases sell/selling/sells rent/rents/renting",
        "owns/has/own/owner/have/owning want/wants/needs/need rents/rent",
        "lose/loses/losing/lost gain/gains/gaining find/finds/finding/found win",
        "cat/cats dog/dogs bird/birds fish horse/horses rabbit/rabbits",
        "windows linux/ubuntu mac/macos",
        "iphone/ios android",
        (
            "read/reads/reading/reader write/writes/writing/writer watch/watches/watching/viewer "
            "play/plays/playing/player/gamer listen/listens/listening sing/sings/singing"
        ),
        "learn/learns/learning/study/studies/studying/student teach/teaches/teaching/teacher",
        "alone with/roommates/together team/teams",
        "home office gym remote/remotely",
        "online offline club",
        "tea coffee",
        "meat fish vegetables fruit",
        "metric imperial",
        "vegetarian vegan",
        "car/cars/drive/drives bicycle/bike/cycle/cycles/cycling bus train/trains walk/walks/foot",
        "sell/sells repair/repairs build/builds",
        "children/kids adults teenagers",
        "male/man female/woman",
        "introvert extrovert",
        "employed/employee self freelance/freelancer retired unemployed/jobless",
        "manager/manages/leads/lead engineer",
        "electric/ev petrol/gasoline diesel hybrid",
        "bachelor master/masters phd/doctorate",
        "increase/increasing/increases/raise decrease/decreasing/decreases/reduce/reducing/reduces",
        "early late",
        "before after",
        "public private",
        "optimistic pessimistic",
        "indoor/indoors outdoor/outdoors",
        "love/loves/fond/enjoys/likes/like/enjoy/fan afraid/fear/fears/scared allergic/allergy",
        "cook/cooks/cooking eat/eats/eating",
        "fiction/novel/novels nonfiction",
        "website/web/site app/apps",
    )
)
