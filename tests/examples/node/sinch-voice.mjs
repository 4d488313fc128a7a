// A thin client of the emulator's control API, for tests. It needs nothing but Node 20.12 or newer: copy it into your project.
import { randomBytes, randomUUID } from 'node:crypto';

const EMULATOR = process.env.SINCH_VOICE_EMULATOR_URL ?? 'http://127.0.0.1:8080';
const CLOCK = { mode: 'manual', time: '2026-03-01T12:00:00Z' }; // time stands still but while a test waits
const CALLER = '+46701740605';

/** The platform as a test has it: an account of its own, with an application and a number. */
export class Voice {
  static url = EMULATOR;

  /** `callback` is where the app under test listens; `numbers`, `phones`, `users` ... are as in POST /_emulator/accounts. */
  static async open({ callback, key = randomUUID(), secret = randomBytes(16).toString('base64'), ...more } = {}) {
    const voice = Object.assign(new Voice(), { base: `${EMULATOR}/_emulator/accounts`, key, secret });
    const applications = [{ key, secret, callback: callback ? { primary: callback } : null }];
    const { name, numbers } = await voice.post('', { clock: CLOCK, numbers: ['+12025550100'], applications, ...more });
    return Object.assign(voice, { base: `${voice.base}/${name}`, number: numbers[0].number }).begin();
  }

  /** No calls, an empty journal, and everything as it was when the account was opened. */
  reset = () => this.post('/reset').then(() => this.begin());

  begin() {
    return Object.assign(this, { found: {}, forgiven: {}, told: false });
  }

  close = () => this.request('DELETE', '');

  // --- what happens on the telephone network

  async call(more) {
    await this.settle();
    const { callId } = await this.post('/calls', { from: CALLER, to: this.number, ...more });
    return new Call(this, callId);
  }

  phone = (number, behaviour = { onRing: 'manual' }) => this.request('PUT', `/phones/${number}`, behaviour);
  act = (number, action, body) => this.settle().then(() => this.post(`/phones/${number}/${action}`, body));
  fault = (fault) => this.post('/faults', fault);

  /** The next call that the app under test places. */
  async callOut(data) {
    const { call } = await this.until({ kind: 'call.created', data: { origin: 'server', ...data } });
    return new Call(this, call);
  }

  // --- time

  /** Everything that is under way comes to rest; no time passes. */
  settle = () => this.advance(0);
  advance = (seconds) => this.move({ seconds });
  idle = () => this.move({ until: 'idle' });

  /** Time passes until there is an entry in the journal. What was found once is not found again. */
  async until(entry, { within = 60 } = {}) {
    const place = `${entry.kind} ${entry.call}`;
    const done = await this.move({ until: { after: this.found[place], ...entry }, within });
    this.found[place] = done.entry.cursor;
    return done.entry;
  }

  /** Wait on the wall clock, while no time passes, for something that the app does by itself. */
  async seen(entry, { wait = 10 } = {}) {
    const query = new URLSearchParams({ wait, ...entry, data: JSON.stringify(entry.data ?? {}) });
    const { entries } = await this.request('GET', `/journal?${query}`);
    return entries[0] ?? this.fail(`Within ${wait} s of the wall clock the journal did not get ${JSON.stringify(entry)}.`);
  }

  async move(how) {
    const done = await this.post('/clock/advance', how);
    return done.message ? this.fail(done.message) : done;
  }

  // --- the end of a test

  /** Fail a test that leaves a problem, an unanswered callback or an open call; show what happened where one has failed. */
  async finish(test) {
    if (test.passed === false) return this.told || console.error(await this.ladder());
    await this.settle();
    const { passed, report } = await this.post('/check', this.forgiven);
    if (!passed) throw new Error(report);
  }

  /** What `finish` is to let pass: {problems: ['part of the sentence'], open: true}. */
  forgive = (forgiven) => Object.assign(this.forgiven, forgiven);
  ladder = () => this.request('GET', '/ladder');

  async fail(message) {
    this.told = true;
    throw new Error(`${message}\n\n${await this.ladder()}`);
  }

  // --- HTTP

  post = (path, body = {}) => this.request('POST', path, body);

  async request(method, path, body) {
    const json = { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const answer = await fetch(this.base + path, body ? json : { method }).catch(({ cause }) => {
      throw new Error(`there is no emulator at ${EMULATOR} (${cause?.message}): start one with sinch-voice-emulator serve`);
    });
    const text = await answer.text();
    const value = answer.headers.get('content-type')?.startsWith('application/json') ? JSON.parse(text) : text;
    if (!answer.ok) throw new Error(`${method} ${path}: ${value.error?.message ?? text}`);
    return value;
  }
}

/** One call, in the words of a test. `leg` is 'caller' or 'callee'. */
export class Call {
  constructor(voice, id) {
    Object.assign(this, { voice, id });
  }

  until = (entry, options) => this.voice.until({ call: this.id, ...entry }, options);
  hears = (text, options) => this.until({ kind: 'prompt.started', text }, options);
  tells = (event, body, options) => this.until({ kind: 'callback.queued', data: { event, body } }, options);
  dials = (number, cli, options) => this.until({ kind: 'leg.dialled', data: { to: { endpoint: number }, cli } }, options);
  ends = (how, options) => this.until({ kind: 'call.ended', data: how }, options);

  act = (action, body) => this.voice.settle().then(() => this.voice.post(`/calls/${this.id}/${action}`, body));
  press = (keys, leg = 'caller') => this.act('press', { keys, leg });
  speak = (text, leg = 'caller') => this.act('speak', { text, leg });
  hangUp = (leg = 'caller') => this.act('hang-up', { leg });

  /** Everything about it: result, duration, legs, prompts, callbacks ... */
  details = () => this.voice.settle().then(() => this.voice.request('GET', `/calls/${this.id}`));
}
