// Places a call in Europe with the official SDK, which is told nothing but key and secret, and looks for it in other regions.
// Usage: node --require ./hosts.cjs regions.mjs KEY SECRET
import { createRequire } from 'node:module';

const { SinchClient } = createRequire(import.meta.url)('@sinch/sdk-core');
const [applicationKey, applicationSecret] = process.argv.slice(2);

/** The SDK for one region, `undefined` being the global host. */
function of(voiceRegion) {
  return new SinchClient({ applicationKey, applicationSecret, voiceRegion, logger: null }).voice;
}

/** The status of looking a call up. */
async function found(voice, callId) {
  try {
    await voice.calls.get({ callId });
    return 200;
  } catch (error) {
    return error.statusCode ?? String(error);
  }
}

const ttsCallout = { cli: '+12025550100', destination: { type: 'number', endpoint: '+46701234567' }, text: 'Hello.' };
const { callId } = await of('euc1').callouts.tts({ ttsCalloutRequestBody: { method: 'ttsCallout', ttsCallout } });
const results = { numbers: (await of().applications.listNumbers({})).numbers.length };
for (const region of [undefined, 'euc1', 'use1', 'sae1', 'apse1', 'apse2']) {
  results[region ?? 'global'] = await found(of(region), callId);
}
console.log(JSON.stringify(results));
