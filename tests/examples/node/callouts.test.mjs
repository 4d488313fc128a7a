// An account for each test, so that they can all run at the same time.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { startRestaurant } from './restaurant.mjs';
import { Voice } from './sinch-voice.mjs';

const GUEST = '+46700000009';

/** An app and a platform for one test, each told about the other. */
async function setUp(t) {
  const credentials = { key: randomUUID(), secret: 'ZW11bGF0b3Itc2VjcmV0IQ==' };
  const app = await startRestaurant({ ...credentials, platform: Voice.url, number: '+12025550100', agent: '+46700000001' });
  let voice;
  t.after(async () => {
    try {
      await voice?.finish(t);
    } finally {
      await voice?.close();
      app.stop();
    }
  });
  voice = await Voice.open({ ...credentials, callback: `${app.url}/voice` });
  return { app, voice };
}

describe('the restaurant', { concurrency: true }, () => {
  test('reminds a guest', async (t) => {
    const { app, voice } = await setUp(t);
    await voice.phone(GUEST);
    await app.post('/remind', { phone: GUEST, guests: 4 });
    const call = await voice.callOut({ to: { endpoint: GUEST } });
    await call.dials(GUEST, voice.number);
    await voice.act(GUEST, 'answer');
    await call.hears('Your table for 4 is ready.');
    await call.ends({ result: 'ANSWERED' });
    const { callbacks } = await call.details();
    assert.equal(callbacks.at(-1).body.result, 'ANSWERED');
  });

  test('reminds a guest from a queue', async (t) => {
    const { app, voice } = await setUp(t);
    await app.post('/remind-later', { phone: GUEST, guests: 2 });
    await voice.seen({ kind: 'call.created', data: { origin: 'server' } }); // the app takes its time, and the clock waits
    const call = await voice.callOut();
    await call.hears('Your table for 2 is ready.');
    await voice.idle();
  });

  test('does not answer', async (t) => {
    const { voice } = await setUp(t);
    await voice.fault({ kind: 'drop', event: 'ice' });
    const call = await voice.call();
    await call.ends({ result: 'FAILED', reason: 'CALLBACKERROR' });
  });

  test('answers late, and the guest waits', async (t) => {
    const { voice } = await setUp(t);
    await voice.fault({ kind: 'slow-answer', event: 'ice', milliseconds: 3000 });
    const call = await voice.call();
    await call.hears('Press 1 for support');
    await call.hangUp();
    const { created, prompts } = await call.details();
    assert.equal(Date.parse(prompts[0].time) - Date.parse(created), 3000);
  });

  test('hears from nobody but the platform', async (t) => {
    const { voice } = await setUp(t);
    await voice.fault({ kind: 'bad-signature', signature: 'wrong-key' });
    const call = await voice.call();
    await call.ends({ result: 'FAILED' });
    const { callbacks } = await call.details();
    assert.equal(callbacks[0].status, 401);
  });
});
