import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.encryption import Unreadable, seal, unseal


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_unseal_gives_back_what_was_sealed(text: str) -> None:
    assert unseal(seal(text)) == text


def test_sealed_text_does_not_show_the_secret() -> None:
    assert "JBSWY3DPEHPK3PXP" not in seal("JBSWY3DPEHPK3PXP")
    assert seal("same") != seal("same")


def test_unseal_after_changing_the_secret_key_needs_the_old_one_as_fallback(settings):
    sealed, old = seal("kept"), settings.SECRET_KEY

    settings.SECRET_KEY = "another" * 10
    with pytest.raises(Unreadable):
        unseal(sealed)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert unseal(sealed) == "kept"


def test_unseal_of_an_altered_text_is_refused() -> None:
    with pytest.raises(Unreadable):
        unseal(seal("text")[:-4] + "AAAA")
