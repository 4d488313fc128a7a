// One account for the file: the app is started once, since it reads key and secret once, and the account is reset for each test.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { startRestaurant } from './restaurant.mjs';
import { Voice } from './sinch-voice.mjs';

const AGENT = '+46700000001';
let app, voice;

before(async () => {
  const credentials = { key: randomUUID(), secret: 'ZW11bGF0b3Itc2VjcmV0IQ==' };
  app = await startRestaurant({ ...credentials, number: '+12025550100', agent: AGENT });
  voice = await Voice.open({ ...credentials, callback: `${app.url}/voice`, phones: { [AGENT]: { onRing: 'manual' } } });
});
beforeEach(() => voice.reset());
afterEach((t) => voice.finish(t));
after(() => app.stop());
after(() => voice.close());

test('a caller reaches support, and they talk for two hours', async () => {
  const call = await voice.call({ from: '+12025550143' });
  await call.hears('Press 1 for support');
  await call.press('1');
  await call.dials(AGENT, voice.number);
  await voice.act(AGENT, 'answer');
  await voice.advance(2 * 60 * 60);
  await call.hangUp();
  const { result, duration, callbacks } = await call.details();
  assert.deepEqual([result, duration], ['ANSWERED', 7200]);
  assert.deepEqual(callbacks.map((callback) => callback.event), ['ice', 'pie', 'ace', 'dice']);
  assert.deepEqual(callbacks.at(-1).body.cookies, [{ key: 'team', value: 'support' }]);
});

test('a caller who does nothing is let go', async () => {
  const call = await voice.call();
  await call.tells('pie', { menuResult: { type: 'timeout' } }); // half a minute of silence later, and at once
  await call.hears('Good-bye');
  await call.ends({ result: 'ANSWERED', reason: 'MANAGERHANGUP' });
});

test('the agent is busy', async () => {
  await voice.phone(AGENT, { onRing: 'busy' });
  const call = await voice.call();
  await call.hears('Press 1');
  await call.press('1');
  await call.ends({ result: 'BUSY' });
});
