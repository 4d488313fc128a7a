// Drives every operation of the Voice API with the official SDK and prints what came back, as one JSON object.
// Usage: node drive.mjs CALLING_URL CONFIGURATION_URL KEY SECRET
import { createRequire } from 'node:module';

const { SinchClient } = createRequire(import.meta.url)('@sinch/sdk-core');
const [voiceHostname, voiceApplicationManagementHostname, applicationKey, applicationSecret] = process.argv.slice(2);
const { voice } = new SinchClient({
  applicationKey, applicationSecret, voiceHostname, voiceApplicationManagementHostname, logger: null,
});

const cli = '+12025550100';
const destination = { type: 'number', endpoint: '+46701234567' };
const say = { name: 'say', text: 'Två minuter kvar.', locale: 'sv-SE' };
const results = {};

/** Keep what an operation gave, or how it failed. */
async function keep(name, operation) {
  try {
    results[name] = await operation();
  } catch (error) {
    results[name] = { failed: error.constructor.name, statusCode: error.statusCode, data: error.data };
  }
  return results[name];
}

async function calls() {
  const ttsCallout = { cli, destination, custom: 'bokning å', locale: 'en-US', text: 'Hello. '.repeat(80) };
  const ttsCalloutRequestBody = { method: 'ttsCallout', ttsCallout };
  const { callId } = await keep('tts', () => voice.callouts.tts({ ttsCalloutRequestBody }));
  await keep('get', () => voice.calls.get({ callId }));
  const body = { instructions: [say], action: { name: 'continue' } };
  await keep('update', () => voice.calls.update({ callId, updateCallRequestBody: body }));
  await keep('leg', () => voice.calls.manageWithCallLeg({ callId, callLeg: 'both', manageWithCallLegRequestBody: body }));
  await keep('badLeg', () => voice.calls.manageWithCallLeg({ callId, callLeg: 'middle', manageWithCallLegRequestBody: body }));
  await keep('nothing', () => voice.calls.update({ callId }));
  await keep('hangup', () => voice.calls.update({ callId, updateCallRequestBody: { action: { name: 'hangup' } } }));
  await keep('final', () => voice.calls.get({ callId }));
  await keep('noCall', () => voice.calls.get({ callId: 'no-such-call' }));
  const ice = JSON.stringify({ action: { name: 'connectPstn', number: destination.endpoint, cli } });
  const customCalloutRequestBody = { method: 'customCallout', customCallout: { ice, custom: 'survey=12' } };
  await keep('custom', () => voice.callouts.custom({ customCalloutRequestBody }));
}

async function conferences() {
  const conferenceId = 'daily standup';
  const conferenceDtmfOptions = { mode: 'detect', maxDigits: 2, timeoutMills: 2500 };
  const conferenceCallout = { cli, destination, conferenceId, conferenceDtmfOptions, mohClass: 'music1' };
  const request = { conferenceCalloutRequestBody: { method: 'conferenceCallout', conferenceCallout } };
  const { callId } = await keep('conference', () => voice.callouts.conference(request));
  await keep('call', () => voice.conferences.call(request));
  const hold = { command: 'onhold', moh: 'music2' };
  await keep('hold', () => voice.conferences.manageParticipant({ callId, conferenceId, manageParticipantRequestBody: hold }));
  await keep('room', () => voice.conferences.get({ conferenceId }));
  await keep('kick', () => voice.conferences.kickParticipant({ callId, conferenceId }));
  await keep('kickAll', () => voice.conferences.kickAll({ conferenceId }));
  await keep('noRoom', () => voice.conferences.get({ conferenceId }));
}

async function configuration() {
  const { applications } = voice;
  const unassignNumbersRequestBody = { number: cli, capability: 'voice' };
  await keep('unassign', () => applications.unassignNumber({ unassignNumbersRequestBody }));
  await keep('numbers', () => applications.listNumbers());
  const assignNumbersRequestBody = { numbers: [cli], applicationkey: applicationKey, capability: 'voice' };
  await keep('assign', () => applications.assignNumbers({ assignNumbersRequestBody }));
  const updateCallbacksRequestBody = { url: { primary: 'http://127.0.0.1:9/voice' } };
  await keep('callbacks', () => applications.updateCallbackURLs({ applicationkey: applicationKey, updateCallbacksRequestBody }));
  await keep('urls', () => applications.getCallbackURLs({ applicationkey: applicationKey }));
  await keep('query', () => applications.queryNumber({ number: '+46 70 123 45 67' }));
}

await calls();
await conferences();
await configuration();
console.log(JSON.stringify(results));
