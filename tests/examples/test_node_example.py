"""The example in Node: its tests pass, and where a test fails its developer sees why."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from examples.other_languages import NODE, needed_node, run

CLIENT = (NODE / "sinch-voice.mjs").as_uri()
APP = (NODE / "restaurant.mjs").as_uri()
NAMES = re.findall(r"\btest\('([^']+)'", "".join(path.read_text() for path in sorted(NODE.glob("*.test.mjs"))))


@pytest.fixture(scope="module")
def node() -> str:
    return needed_node()


def test_the_tests_of_the_example_pass(node: str) -> None:
    done = run(node, "run.mjs", node, "--test", "--test-reporter=tap")
    assert done.returncode == 0, done.stdout
    passed = re.findall(r"^\s*ok \d+ - (.*)$", done.stdout, re.MULTILINE)
    assert len(NAMES) >= 8
    assert sorted(passed) == sorted([*NAMES, "the restaurant"])
    assert "# fail 0" in done.stdout


# --- tests that fail ------------------------------------------------------------------------------------------------------

FAILING = f"""
import assert from 'node:assert/strict';
import {{ createServer }} from 'node:http';
import {{ once }} from 'node:events';
import {{ test }} from 'node:test';
import {{ startRestaurant }} from '{APP}';
import {{ Voice }} from '{CLIENT}';

async function appThatAnswers(t, ice, status = 200) {{
  const server = createServer(async (request, response) => {{
    const event = JSON.parse(Buffer.concat(await request.toArray()));
    response.writeHead(status).end(JSON.stringify(event.event === 'ice' ? ice : {{}}));
  }});
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const voice = await Voice.open({{ callback: `http://127.0.0.1:${{server.address().port}}/voice` }});
  t.after(() => voice.finish(t).finally(voice.close).finally(() => {{ server.close(); server.closeAllConnections(); }}));
  return voice;
}}
const park = {{ action: {{ name: 'park', holdPrompt: '#tts[Please hold.]' }} }};

test('another prompt', async (t) => {{
  const voice = await appThatAnswers(t, park);
  const call = await voice.call();
  await call.hears('Please wait.');
}});

test('an assertion of its own', async (t) => {{
  const voice = await appThatAnswers(t, park);
  const call = await voice.call();
  await call.hears('Please hold.');
  assert.equal((await call.details()).result, 'BUSY');
}});

test('a problem that nobody looked at', async (t) => {{
  const voice = await appThatAnswers(t, {{ action: {{ name: 'hangupp' }} }});
  const call = await voice.call();
  await call.ends();
}});

test('a problem that is forgiven', async (t) => {{
  const voice = await appThatAnswers(t, {{ action: {{ name: 'hangupp' }} }});
  voice.forgive({{ problems: ['no action hangupp'] }});
  const call = await voice.call();
  await call.ends();
}});

test('a call that is left open', async (t) => {{
  const voice = await appThatAnswers(t, park);
  await voice.call();
}});

test('a call that may stay open', async (t) => {{
  const voice = await appThatAnswers(t, park);
  voice.forgive({{ open: true }});
  await voice.call();
}});

test('credentials that the app does not know', async (t) => {{
  const app = await startRestaurant({{ key: 'other', secret: 'b3RoZXI=' }});
  const voice = await Voice.open({{ callback: `${{app.url}}/voice` }});
  t.after(() => voice.finish(t).finally(voice.close).finally(app.stop));
  const call = await voice.call();
  await call.hears('Press 1');
}});

test('what the app does not do', async (t) => {{
  const voice = await appThatAnswers(t, park);
  await voice.seen({{ kind: 'call.created', data: {{ origin: 'server' }} }}, {{ wait: 0.05 }});
}});

test('a phone that does not ring', async (t) => {{
  const voice = await appThatAnswers(t, park);
  await voice.act('+46700000001', 'answer');
}});
"""


@pytest.fixture(scope="module")
def failures(node: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What is said about each of the tests, by name."""
    path = tmp_path_factory.mktemp("node") / "failing.test.mjs"
    path.write_text(FAILING)
    done = run(node, "run.mjs", node, "--test", "--test-reporter=tap", str(path))
    assert done.returncode == 1, done.stdout
    parts = re.split(r"^(?:# Subtest: .*\n)?((?:not )?ok) \d+ - (.*)$", done.stdout, flags=re.MULTILINE)
    found = {name: f"{how}\n{said}" for how, name, said in zip(parts[1::3], parts[2::3], parts[3::3], strict=True)}
    assert len(found) == 9, done.stdout
    return found | {"": done.stdout}


@pytest.mark.parametrize(
    ("name", "says"),
    [
        (
            "another prompt",
            [
                'with the text "Please wait." came into the journal within 60 s.',
                'Closest: leg 1 hears "Please hold."',
                'text: expected "Please wait.", found "Please hold."',
                "is parked",
                "backend   -> ICE",
                "failing.test.mjs:",
            ],
        ),
        ("an assertion of its own", ["expected: 'BUSY'", "failing.test.mjs:"]),
        ("a problem that nobody looked at", ["Something went wrong:", "there is no action hangupp (did you mean hangup?)"]),
        ("a call that is left open", ["Calls are still open:", "is parked", "backend   <- park"]),
        (
            "credentials that the app does not know",
            ["/voice answered 401: does the app know the key and the secret", "!! <- no answer to ICE"],
        ),
        ("what the app does not do", ["Within 0.05 s of the wall clock", "call.created"]),
        ("a phone that does not ring", ["the phone +46700000001 cannot answer: it is in no live call"]),
    ],
)
def test_a_test_that_fails_says_why(failures: dict[str, str], name: str, says: list[str]) -> None:
    assert failures[name].startswith("not ok\n"), failures[name]
    for text in says:
        assert text in failures[name], failures[name]


@pytest.mark.parametrize("name", ["a problem that is forgiven", "a call that may stay open"])
def test_what_is_forgiven_lets_a_test_pass(failures: dict[str, str], name: str) -> None:
    assert failures[name].startswith("ok\n"), failures[name]


def test_what_happened_is_shown_beside_an_assertion_of_the_tests_own(failures: dict[str, str]) -> None:
    assert re.search(r'^#? *0\.000  caller    hears "Please hold\."', failures[""], re.MULTILINE), failures[""]


# --- without an emulator --------------------------------------------------------------------------------------------------


def test_without_an_emulator_a_test_says_so_and_ends(node: str) -> None:
    done = run(node, "--test", "--test-reporter=tap", SINCH_VOICE_EMULATOR_URL="http://127.0.0.1:9")
    assert done.returncode == 1
    assert "there is no emulator at http://127.0.0.1:9" in done.stdout
    assert "start one with sinch-voice-emulator serve" in done.stdout


def test_an_emulator_that_cannot_be_started(node: str, tmp_path: Path) -> None:
    done = run(node, "run.mjs", PATH=str(tmp_path))
    assert (done.returncode, done.stdout.splitlines()) == (
        1,
        ["sinch-voice-emulator cannot be started: spawn sinch-voice-emulator ENOENT"],
    )


def test_the_status_is_that_of_the_tests(node: str) -> None:
    done = run(node, "run.mjs", node, "--eval", "process.exit(process.env.SINCH_VOICE_EMULATOR_URL ? 7 : 8)")
    assert (done.returncode, done.stdout) == (7, "")
