"""Small documents in families that resemble each other, and conversations whose follow-ups mean one of them."""

from dataclasses import dataclass, field

DOCUMENTS = {
    "heron": "The Heron drone carries at most 4.5 kilograms. It must not fly in winds above 38 kilometres per hour. "
    "Its battery lasts 55 minutes and it costs 3,900 euros. The Heron was designed by the Tidewater workshop.",
    "osprey": "The Osprey drone carries at most 11 kilograms. It must not fly in winds above 50 kilometres per hour. "
    "Its battery lasts 35 minutes and it costs 8,400 euros. The Osprey was designed by the Saltmarsh workshop.",
    "wren": "The Wren drone carries no payload. It must not fly in winds above 20 kilometres per hour. "
    "Its battery lasts 18 minutes and it costs 450 euros. The Wren was designed by pupils of Fennel school.",
    "marsh-lane": "The Marsh Lane library opens at nine on weekdays and is closed on Sundays. Readers may borrow twelve "
    "books for four weeks. A lost card costs six euros. Late books cost ten cents a day. Dogs must wait outside.",
    "harbour": "The Harbour library opens at noon on weekdays and at ten on Sundays. Readers may borrow five books for two "
    "weeks. A lost card costs ten euros. Late books cost fifty cents a day. Dogs are welcome on a lead.",
    "castle": "The Castle library opens at eight on weekdays and is closed on Mondays. Nothing may be borrowed. "
    "A lost card is replaced for free. Photographs cost two euros. The reading room seats forty people.",
    "osprey-island": "The ferry to Osprey island leaves the northern pier at 7.40. The crossing takes 35 minutes and a "
    "ticket costs nine euros. Bicycles travel for free. The ferry does not run in January.",
    "gull-island": "The ferry to Gull island leaves the southern pier at 10.15. The crossing takes 80 minutes and a "
    "ticket costs fourteen euros. Bicycles cost three euros. The ferry does not run on Tuesdays.",
    "malmo": "The night train to Malmö leaves platform nine at 22.15. The journey takes eleven hours and a berth costs 79 "
    "euros. Bicycles must be folded. Breakfast is served from six.",
    "lisbon": "The night train to Lisbon leaves platform two at 20.05. The journey takes sixteen hours and a berth costs "
    "112 euros. Bicycles are not taken. Dinner is served until eleven.",
    "lovell": "Ada Lovell founded the Tidewater workshop in 1931. She was born in Bergen and studied shipbuilding. "
    "Her first design was a rescue boat. She died in 1988.",
    "okafor": "Samuel Okafor founded the Saltmarsh workshop in 1964. He was born in Leeds and studied mathematics. "
    "His first design was a kite for weather stations. He retired in 2002.",
    "espresso": "The Brio espresso machine is descaled every three months with citric acid. It holds 1.8 litres of water. "
    "Its warranty lasts two years. Spare parts are ordered from the Brio service desk.",
    "grinder": "The Molino coffee grinder is cleaned every week with a dry brush. It holds 250 grams of beans. "
    "Its warranty lasts five years. Spare parts are ordered from any dealer.",
    "sourdough": "The sourdough starter is fed every twelve hours with rye flour. It is kept at 24 degrees. "
    "After a holiday it is woken with two feedings. A loaf of it bakes for 50 minutes.",
    "brioche": "The brioche dough rests overnight in the cold. It needs 250 grams of butter for a kilogram of flour. "
    "It bakes for 30 minutes at 170 degrees. It keeps for two days.",
    "travel": "On business trips a hotel may cost at most 140 euros per night. Trains are booked in second class. "
    "Receipts are handed in within thirty days. Taxis need the approval of a manager.",
    "sick-leave": "Who is ill tells their manager before nine in the morning. A doctor's note is needed from the third day. "
    "It is sent to the personnel office. Sick pay lasts six weeks.",
    "parental-leave": "Parental leave lasts up to three years for each child. It is applied for in writing seven weeks "
    "before. The personnel office confirms it. Part-time work of thirty hours is allowed during it.",
    "remote-work": "Remote work is allowed on three days a week. It is agreed upon with the team. The company lends a screen "
    "and a chair. Abroad it is limited to twenty days a year.",
    "vesper": "The Vesper telescope stands on Mount Corvid. Its mirror measures 4.2 metres. It was built in 1979. "
    "Visitors are admitted on Fridays after sunset.",
    "aurora": "The Aurora telescope stands in the Tarn desert. Its mirror measures 8.1 metres. It was built in 2004. "
    "Visitors are not admitted. It is run by eleven universities.",
    "beech-fern": "The beech fern grows in shady woods on acid soil. It is watered twice a week. It does not bear frost "
    "below minus ten degrees. Slugs leave it alone.",
    "sea-holly": "Sea holly grows in full sun on dry sand. It is watered once a month. It bears frost down to minus twenty "
    "degrees. Its leaves are blue and prickly.",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """A follow-up to earlier (question, answer) pairs and the document that answers it."""

    earlier: tuple[tuple[str, str], ...]
    question: str
    document: str


@dataclass(frozen=True, slots=True)
class _Thread:
    question: str
    answer: str
    document: str
    follow_ups: tuple[str, ...]
    elsewhere: tuple[tuple[str, str], ...] = field(default=())


_THREADS = (
    _Thread("What is the maximum payload of the Heron drone?", "The Heron drone carries at most 4.5 kilograms.", "heron",
            ("How much does it cost?", "How long does its battery last?", "In what winds must it not fly?", "Who designed it?"),
            (("What about the Osprey?", "osprey"), ("And the Wren drone?", "wren"))),
    _Thread("How long does the battery of the Osprey drone last?", "Its battery lasts 35 minutes.", "osprey",
            ("And what does it carry?", "What about wind?", "How much is it?"), (("And for the Heron?", "heron"),)),
    _Thread("When does the Marsh Lane library open?", "It opens at nine on weekdays.", "marsh-lane",
            ("Is it closed on Sundays?", "How many books may I borrow there?", "What does a lost card cost there?",
             "May I bring my dog there?"),
            (("And the Harbour library?", "harbour"), ("How about the Castle library?", "castle"))),
    _Thread("How many books may readers borrow at the Harbour library?", "Readers may borrow five books.", "harbour",
            ("For how long?", "When does it open?", "What is the fine?", "And on Sundays?"),
            (("What about Marsh Lane?", "marsh-lane"),)),
    _Thread("When does the ferry to Osprey island leave?", "It leaves at 7.40.", "osprey-island",
            ("How long does the crossing take?", "What does a ticket for it cost?", "Can I take my bicycle on it?",
             "Does it run in January?"),
            (("And the ferry to Gull island?", "gull-island"),)),
    _Thread("From which pier does the ferry to Gull island leave?", "From the southern pier.", "gull-island",
            ("What is the price?", "And bicycles?"), ()),
    _Thread("When does the night train to Malmö leave?", "At 22.15 from platform nine.", "malmo",
            ("How long is the journey?", "How much is a berth on it?", "Is there breakfast on that train?"),
            (("What about the train to Lisbon?", "lisbon"),)),
    _Thread("Who founded the Tidewater workshop?", "Ada Lovell founded the Tidewater workshop in 1931.", "lovell",
            ("Where was she born?", "What was her first design?", "When did she die?"), ()),
    _Thread("Who founded the Saltmarsh workshop?", "Samuel Okafor founded the Saltmarsh workshop in 1964.", "okafor",
            ("What did he study?", "What was his first design?"), ()),
    _Thread("How do I descale the Brio espresso machine?", "With citric acid every three months.", "espresso",
            ("How much water does it hold?", "And how long is its warranty?", "Where do I order spare parts for it?"),
            (("What about the Molino grinder?", "grinder"),)),
    _Thread("How often is the sourdough starter fed?", "Every twelve hours.", "sourdough",
            ("At what temperature is it kept?", "And after a holiday?"), ()),
    _Thread("How much butter does the brioche dough need?", "250 grams for a kilogram of flour.", "brioche",
            ("How long does it bake?", "How long does it keep?"), ()),
    _Thread("How large is the mirror of the Vesper telescope?", "It measures 4.2 metres.", "vesper",
            ("When was it built?", "Can I visit it?"), (("And the Aurora telescope?", "aurora"),)),
    _Thread("How often is the beech fern watered?", "Twice a week.", "beech-fern",
            ("Does it bear frost?", "Where does it grow?"), (("What about sea holly?", "sea-holly"),)),
    _Thread("For how long is parental leave granted?", "Up to three years for each child.", "parental-leave",
            ("How do I apply for it?", "And who confirms that?"), ()),
    _Thread("What may a hotel on business trips cost?", "At most 140 euros per night.", "travel",
            ("And taxis?", "What about receipts?"), ()),
    _Thread("How do I descale the Brio espresso machine?", "With citric acid every three months.", "espresso",
            ("How often must it be done?", "How much water fits into its tank?"), ()),
    _Thread("Is remote work allowed?", "On three days a week.", "remote-work",
            ("Also abroad?", "Does the company lend me a chair for that?"), ()),
)  # fmt: skip

# Across two turns: the topic of the first has to live through the second.
_CHAINS = (
    Case((("What is the maximum payload of the Heron drone?", "4.5 kilograms."), ("How much does it cost?", "3,900 euros.")),
         "And how long does its battery last?", "heron"),
    Case((("When does the Marsh Lane library open?", "At nine."), ("And the Harbour library?", "At noon.")),
         "Are dogs welcome there?", "harbour"),
    Case((("Where does the Vesper telescope stand?", "On Mount Corvid."), ("When was it built?", "In 1979.")),
         "What does its mirror measure?", "vesper"),
)  # fmt: skip

CASES: tuple[Case, ...] = (
    *(
        Case(((thread.question, thread.answer),), question, document)
        for thread in _THREADS
        for question, document in (*((one, thread.document) for one in thread.follow_ups), *thread.elsewhere)
    ),
    *_CHAINS,
)


def _one(question: str, answer: str, follow_up: str, document: str) -> Case:
    return Case(((question, answer),), follow_up, document)


# Written when the rule stood, to see what it does with what it was not made for.
UNSEEN = (
    _one("Where does the Aurora telescope stand?","In the Tarn desert.","Who runs it?","aurora"),
    _one("Where does the Aurora telescope stand?","In the Tarn desert.","Are visitors admitted?","aurora"),
    _one("What does a berth to Lisbon cost?","112 euros.","And how long is the trip?","lisbon"),
    _one("What does a berth to Lisbon cost?","112 euros.","Do they serve dinner?","lisbon"),
    _one("Which books may I borrow at the Castle library?","None.","Can I take pictures inside it?","castle"),
    _one("Can dogs come into the Marsh Lane library?","They must wait outside.","And at the Harbour?","harbour"),
    _one("How warm must the sourdough starter be?","24 degrees.","Until when does a loaf of it bake?","sourdough"),
    _one("Does sea holly grow in shade?","No, in full sun.","How cold may it get for it?","sea-holly"),
    _one("How much does the Wren weigh?","","Which school designed it?","wren"),
    _one("Tell me about the Heron drone.","","How long can it fly on one battery?","heron"),
    _one("Tell me about sick leave.","","Where do I send the note?","sick-leave"),
    _one("Is remote work allowed?","On three days a week.","Also abroad?","remote-work"),
    _one("What are the rules for remote work?","","Does the company lend me a chair for that?","remote-work"),
    _one("When do I have to ask for parental leave?","Seven weeks before.","May I work during it?","parental-leave"),
    _one("How often is the Molino grinder cleaned?","Every week.","With what?","grinder"),
    _one("How often is the Molino grinder cleaned?","Every week.","What about its warranty?","grinder"),
    _one("How do I descale the machine?","","How often?","espresso"),
    _one("How do I descale the machine?","","How much water fits into its tank?","espresso"),
    _one("What may a hotel cost?","140 euros","And taxis?","travel"),
    _one("What does the travel policy say about trains?","second class","And receipts?","travel"),
)  # fmt: skip

# After any of the threads these mean what they say.
STAND_ALONE = (
    "How much may a hotel cost on business trips?",
    "What is photosynthesis?",
    "Who was the first president of Finland?",
    "When does the Castle library open on weekdays?",
    "How many days of remote work are allowed each week?",
    "What does the Wren drone cost?",
    "Is it possible to work remotely from abroad?",
    "How long does it take to bake a loaf of sourdough?",
    "What happens if a train is late and passengers miss their connection?",
    "Do members renew their cards every year?",
    "How is a battery recycled when it no longer holds a charge?",
    "Which universities run the Aurora telescope?",
    "Does sea holly bear frost?",
    "What are the rules that apply to taxis on business trips?",
    "Why do cats purr?",
    "Is there a doctor's note needed from the third day of illness?",
    "How many litres of water does the Brio espresso machine hold?",
    "Can employees take parental leave and work part-time?",
    "What is the capital of Portugal?",
    "Explain how vaccines work.",
    "What is the difference between a heron and an osprey?",
    "When was the Aurora telescope built?",
    "Who sends the doctor's note to the personnel office?",
    "Where do ferns grow?",
    "How do I descale the machine?",
    "What does the travel policy say about trains?",
)
