"""Link speaks the language that its token was made with."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import FrameLocator, expect

from tests.browser.link import pick_bank, sign_in
from tests.browser.link_stage import Stage, home, sandbox, stage

__all__ = ["home", "sandbox", "stage"]  # fixtures
ENGLISH = re.compile(r"\b(the|your|you|account|bank|Continue|Select|Sign in|Username|Password|Close|Back)\b")


def see_spanish(link: FrameLocator, pane: str, title: str) -> None:
    """A pane with its heading, and no English word on it but the names of banks and accounts."""
    card = link.get_by_test_id("link-modal")
    expect(card.get_by_test_id(f"pane-{pane}")).to_be_visible()
    expect(link.get_by_role("heading", name=title)).to_be_visible()
    assert link.locator("html").get_attribute("lang") == "es"
    names = card.get_by_test_id("institution-list").or_(card.locator("label.option strong"))
    words = card.inner_text()
    for name in [*(each.inner_text() for each in names.all()), "First Platypus Bank", "Platypus OAuth Bank"]:
        words = words.replace(name, "")
    labels = [each.get_attribute("aria-label") or "" for each in card.locator("[aria-label]").all()]
    found = ENGLISH.findall(words + " ".join(labels))
    assert found == [], words


def test_a_customer_links_their_bank_in_spanish(stage: Stage) -> None:
    link = stage.open(token=stage.token(language="es"))
    see_spanish(link, "consent", "Acme desea conectar su cuenta bancaria")
    link.get_by_test_id("continue").click()
    see_spanish(link, "institutions", "Seleccione su banco")
    link.get_by_test_id("search").fill("First Platypus Bank")
    link.get_by_test_id("institution-list").get_by_role("button", name="First Platypus Bank").first.click()
    see_spanish(link, "credentials", "Inicie sesión en First Platypus Bank")
    sign_in(link, "user_good", "wrong")
    expect(link.get_by_test_id("link-error")).to_have_text("Los datos no son correctos. Inténtelo de nuevo.")
    sign_in(link, "user_good", "mfa_device")
    see_spanish(link, "device", "¿Cómo desea recibir el código?")
    link.get_by_test_id("continue").click()
    see_spanish(link, "code", "Introduzca el código")
    link.get_by_test_id("code").fill("1234")
    link.get_by_test_id("continue").click()
    see_spanish(link, "accounts", "Seleccione la cuenta")
    expect(link.get_by_text("cuenta corriente").first).to_be_visible()
    link.get_by_label("Plaid Checking").check()
    link.get_by_test_id("continue").click()
    see_spanish(link, "success", "Listo")
    link.get_by_test_id("finish").click()
    assert stage.outcome("success")["token"].startswith("public-sandbox-")


def test_leaving_and_errors_are_in_spanish_too(stage: Stage) -> None:
    link = stage.open(token=stage.token(language="es"))
    link.get_by_test_id("close").click()
    expect(link.get_by_role("heading", name="¿Salir sin conectar?")).to_be_visible()
    link.get_by_test_id("leave-no").click()
    pick_bank(link, "First Platypus Bank")
    sign_in(link, "user_good", "error_ITEM_LOCKED")
    see_spanish(link, "error", "No ha funcionado")
    expect(link.get_by_test_id("link-error")).to_contain_text("ha bloqueado la cuenta")


def test_the_banks_own_page_speaks_it_as_well(stage: Stage) -> None:
    link = stage.open(token=stage.token(language="es"))
    pick_bank(link, "Platypus OAuth Bank")
    see_spanish(link, "oauth", "Continúe en Platypus OAuth Bank")
    with stage.page.expect_popup() as opened:
        link.get_by_test_id("continue").click()
    bank = opened.value
    expect(bank.get_by_role("heading", name="Inicie sesión en Platypus OAuth Bank")).to_be_visible()
    assert bank.locator("html").get_attribute("lang") == "es"
    expect(bank.get_by_test_id("bank-allow")).to_have_text("Permitir")
    bank.get_by_test_id("bank-allow").click()
    see_spanish(link, "accounts", "Seleccione la cuenta")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_language_without_words_is_shown_in_english(stage: Stage, language: str) -> None:
    link = stage.open(token=stage.token(language=language))
    expect(link.get_by_role("heading", name="Acme would like to connect your bank account")).to_be_visible()
    assert link.locator("html").get_attribute("lang") == "en"


def test_both_languages_have_every_word(stage: Stage) -> None:
    link = stage.open(token=stage.token())
    link.get_by_test_id("continue").wait_for()
    english, spanish = link.locator("html").evaluate("() => Object.values(WORDS)")
    assert english.keys() == spanish.keys()
    same = {name for name, text in english.items() if spanish[name] == text}
    assert same == {"pin", "note"}
    facts = re.compile(r"\{\w+\}")
    for name, text in english.items():
        assert sorted(facts.findall(text)) == sorted(facts.findall(spanish[name])), name


def test_a_bank_that_is_named_stands_first(stage: Stage) -> None:
    given = {"institution_id": "ins_109511", "routing_number": "110000000"}
    link = stage.open(token=stage.token(institution_data=given))
    link.get_by_test_id("continue").click()
    first = link.get_by_test_id("institution-list").locator("li").first
    expect(first.get_by_test_id("institution-ins_109511")).to_be_visible()
    expect(first.get_by_text("Suggested")).to_be_visible()
