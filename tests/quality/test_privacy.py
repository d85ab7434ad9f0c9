"""Secrets and personal data: found, and never repeated in the evidence. All of them are made up."""

import json
import subprocess
import sys

import pytest

from corpusmith.core import registry
from corpusmith.core.errors import UsageError
from corpusmith.quality import CheckSpec, Panel, Row
from corpusmith.quality.masking import masked

AWS = "AKIA" + "QX7RT2LMN5PZ8WJD"
GITHUB = "ghp_" + "a8Kd03LxQz71mVnB5cYt9RwE2uJhS6fGpO4i"
SECRETS = {
    "aws": f"Use the key {AWS} for it.",
    "github": f"export TOKEN={GITHUB}",
    "private key": "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7\n-----END RSA PRIVATE KEY-----",
    "address": "Open ftp://anna:Wq9_tr5x@files.firm.org now.",
    "web token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3NzEyMzQ1In0.dBjftJeZ4CVPmB92K27uhbUJU1p1rXQ",
    "behind a long line": "x" * 5000 + f" {AWS} " + "x" * 5000,
}


def judge(name, text, **options):
    made = registry.load("checks", name)
    (finding,) = made(made.Options(**options)).judge([Row(0, "0", {"output": text})])
    return finding


@pytest.mark.parametrize("text", SECRETS.values(), ids=SECRETS)
def test_secrets_are_found_and_not_repeated(text):
    finding = judge("privacy.secrets", text)
    assert finding.value >= 1
    start, end = finding.evidence["span"]
    told = json.dumps(dict(finding.evidence))
    assert 0 <= start < end <= len(text)
    assert text[start:end] not in told or text[start:end].startswith("-----BEGIN") or len(text[start:end]) < 4
    assert AWS not in told
    assert GITHUB not in told


@pytest.mark.parametrize(
    "text",
    [
        "Set your API key with export API_KEY=<your-api-key-goes-here>.",
        "The commit 3f786850e387550fdab836ed7e6dc881de23001b fixed it.",
        "https://example.org/a/very/long/path/without/any/secret/in/it?page=2",
        "ftp://user:password@example.com",
        "A" * 3000,
        "Aaaaaaaaaaaaaaaaaaaaaaaaaargh, said the pirate",
    ],
)
def test_what_is_no_secret_is_left_alone(text):
    assert judge("privacy.secrets", text).value == 0


def test_detectors_are_named_and_a_wrong_name_is_told():
    assert judge("privacy.secrets", 'password = "hunter2-and-more"').value == 0
    assert judge("privacy.secrets", 'password = "hunter2-and-more"', detectors=("KeywordDetector",)).value == 1
    with pytest.raises(UsageError, match=r"NoDetector.*AWSKeyDetector"):
        judge("privacy.secrets", "", detectors=("NoDetector",))


@pytest.fixture(scope="module")
def presidio():
    return pytest.importorskip("presidio_analyzer", reason="needs the extra pii")


PERSONAL = {
    "EMAIL_ADDRESS": "Write to anna.berg@firma-berg.de today.",
    "PHONE_NUMBER": "My phone number is +49 30 901820, you know.",
    "CREDIT_CARD": "My card is 4539 1488 0343 6467.",
    "IBAN_CODE": "Pay to DE89 3704 0044 0532 0130 00 please.",
    "IP_ADDRESS": "The server is 85.214.132.117 there.",
    "US_SSN": "My social security number is 536-90-4399.",
}


@pytest.mark.usefixtures("presidio")
@pytest.mark.parametrize(("entity", "text"), PERSONAL.items(), ids=PERSONAL)
def test_personal_data_is_found_and_not_repeated(entity, text):
    finding = judge("privacy.personal_data", text)
    assert finding.value >= 0.5
    assert finding.evidence["rule"] == entity
    found = text[slice(*finding.evidence["span"])]
    assert len(found) > 6
    assert found not in json.dumps(dict(finding.evidence))


@pytest.mark.usefixtures("presidio")
@pytest.mark.parametrize(
    "text",
    [
        "Write to someone@example.com or user@firm.org.",
        "Call 555-0123 or 123-456-7890.",
        "It listens on 127.0.0.1 and 192.168.0.7.",
        "In 1984 there were 1,234,567 of them, 3.1415926535897932 times as many.",
        "The word is 11000000011111 in binary.",
        "He met her @ the station.",
    ],
)
def test_what_belongs_to_nobody_is_left_alone(text):
    assert judge("privacy.personal_data", text).value < 0.5


@pytest.mark.usefixtures("presidio")
def test_places_hold_behind_a_long_text_with_broken_characters():
    text = "\ud800 word " * 3000 + "anna.berg@firma-berg.de"
    finding = judge("privacy.personal_data", text)
    assert text[slice(*finding.evidence["span"])] == "anna.berg@firma-berg.de"


@pytest.mark.usefixtures("presidio")
def test_more_kinds_can_be_asked_for_and_a_wrong_one_is_told():
    spec = CheckSpec(check="privacy.personal_data", options={"entities": ["UK_NHS"]})
    (judged,) = Panel.from_specs([spec]).judge([Row(0, "0", {"output": "My NHS number is 943 476 5919."})])
    assert judged.reason == "personal_data"
    with pytest.raises(UsageError, match="NO_SUCH_THING"):
        judge("privacy.personal_data", "", entities=("NO_SUCH_THING",))


def test_without_its_extra_the_message_says_what_to_install():
    code = (
        "import sys\n"
        "sys.modules['presidio_analyzer'] = None\n"
        "from corpusmith.quality.checks.personal_data import PersonalData\n"
        "PersonalData()\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode != 0
    assert "pip install 'corpusmith[pii]'" in ran.stderr


def test_a_mask_shows_at_most_a_quarter():
    assert masked("AKIAQX7RT2LMN5PZ8WJD") == "AKIA... (20 characters)"
    assert masked("abcdefg") == "a... (7 characters)"
    assert masked("abc") == "... (3 characters)"
