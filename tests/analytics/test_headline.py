from hypothesis import given
from hypothesis import strategies as st

from analytics.headline import LONGEST, NOTHING, tell
from market.facts import Fact, Quoted, Tone, words
from market.readings import missing

NUMBER = missing("percent", "change_1d", "made up")
FELL = Fact(("the Nasdaq fell 1.6% today",), 4.0, Tone.WORSE, subject="the Nasdaq")
DEEP = Fact(("the Nasdaq is 6% below its highest close",), 2.0, Tone.WORSE, subject="the Nasdaq")
ROSE = Fact(("gold rose 2.4% in a week",), 3.0, Tone.BETTER, subject="gold")
QUIET = Fact(("markets are quiet",))

facts = st.builds(
    Fact,
    st.tuples(st.text("abcdef ", min_size=1, max_size=60)),
    st.floats(0, 10),
    st.sampled_from(Tone),
    subject=st.sampled_from(["", "a", "the Nasdaq"]),
)


def test_the_two_weightiest_facts_make_the_headline() -> None:
    assert tell([DEEP, ROSE, FELL]).title == "The Nasdaq fell 1.6% today, but gold rose 2.4% in a week"


def test_facts_that_point_the_same_way_are_joined_by_and() -> None:
    worse = Fact(("Bitcoin lost $68K–$70K",), 3.0, Tone.WORSE)
    assert tell([FELL, worse]).title == "The Nasdaq fell 1.6% today, and Bitcoin lost $68K–$70K"


def test_what_has_just_been_named_is_called_it() -> None:
    title = "The Nasdaq fell 1.6% today, and it is 6% below its highest close"
    assert tell([FELL, DEEP]).title == title


def test_a_name_that_another_fact_only_begins_with_stays() -> None:
    other = Fact(("the Nasdaq 100 fell 1.4% today",), 3.0, Tone.WORSE, subject="the Nasdaq 100")
    assert tell([FELL, other]).title.endswith("and the Nasdaq 100 fell 1.4% today")


def test_a_fact_that_does_not_fit_takes_its_shorter_form() -> None:
    long = Fact((f"Bitcoin is back inside {'its watched zone ' * 4}",), 3.5, brief=("Bitcoin is back",))
    assert tell([FELL, long]).title == "The Nasdaq fell 1.6% today, and Bitcoin is back"


def test_a_fact_too_long_to_stand_alone_takes_its_shorter_form() -> None:
    long = Fact((f"Bitcoin is back inside {'its watched zone ' * 6}",), 3.5, brief=("Bitcoin is back",))
    assert tell([long]).title == "Bitcoin is back"


def test_the_next_facts_stand_under_the_headline_as_sentences() -> None:
    more = [Fact((f"fact {n} holds",), 1.0 - n / 10) for n in range(5)]
    story = tell([FELL, ROSE, *more])
    assert words(story.standfirst) == "Fact 0 holds. Fact 1 holds. Fact 2 holds."
    assert story.rest == tuple(more[3:])
    assert len(story.facts) == 7


def test_a_fact_is_told_once() -> None:
    story = tell([FELL, FELL, None, ROSE])
    assert len(story.facts) == 2
    assert story.standfirst == ()


def test_with_nothing_to_say_it_says_so() -> None:
    assert tell([None]).title == NOTHING
    assert tell([], QUIET).title == "Markets are quiet"


def test_numbers_keep_their_place_in_the_headline() -> None:
    size = Quoted("1.6%", "IXIC", "change_1d_pct", NUMBER)
    story = tell([Fact(("the Nasdaq fell ", size, " today"))])
    assert story.headline == ("The Nasdaq fell ", size, " today")


@given(st.lists(facts, max_size=8))
def test_a_headline_of_two_is_never_too_long_and_nothing_is_lost(given: list[Fact]) -> None:
    story = tell(given)
    assert {fact.text for fact in story.facts} == {fact.text for fact in given}
    weights = [fact.weight for fact in story.facts]
    assert weights == sorted(weights, reverse=True)
    alone = story.facts and story.title == words(story.facts[0].sentence[:-1])
    assert len(story.title) <= LONGEST or alone
