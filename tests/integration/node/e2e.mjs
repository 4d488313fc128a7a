// Does what the end-to-end suite of the official SDK does to Sinch's mock server, and prints what came back as one JSON object.
// Usage: node e2e.mjs CALLING_URL CONFIGURATION_URL
import { createRequire } from 'node:module';

const { SinchClient } = createRequire(import.meta.url)('@sinch/sdk-core');
const { VoiceCallbackWebhooks } = createRequire(import.meta.url)('@sinch/voice');
const [voiceHostname, voiceApplicationManagementHostname] = process.argv.slice(2);
const { voice } = new SinchClient({
  applicationKey: 'appKey', applicationSecret: 'appSecret', voiceHostname, voiceApplicationManagementHostname, logger: null,
});
const results = {};

const cli = '+12015555555';
const destination = { type: 'number', endpoint: '+12017777777' };
const application = 'f00dcafe-abba-c0de-1dea-dabb1ed4caf3';
const id = (number) => `1ce0ffee-ca11-ca11-ca11-abcdef0000${number}`;

/** Keep what an operation gave, or how it failed. */
async function keep(name, operation) {
  try {
    results[name] = await operation();
  } catch (error) {
    results[name] = { failed: error.constructor.name, statusCode: error.statusCode, data: error.data };
  }
}

async function callouts() {
  const ttsCallout = { cli, destination, locale: 'en-US', text: 'Hello, this is a call from Sinch.' };
  await keep('tts', () => voice.callouts.tts({ ttsCalloutRequestBody: { method: 'ttsCallout', ttsCallout } }));
  const greeting = 'Welcome to this conference call.';
  const conferenceCallout = { cli, destination, conferenceId: 'myConferenceId-E2E', locale: 'en-US', greeting, mohClass: 'music1' };
  const request = { conferenceCalloutRequestBody: { method: 'conferenceCallout', conferenceCallout } };
  await keep('conference', () => voice.callouts.conference(request));
  await keep('conferenceCall', () => voice.conferences.call(request));
  const ice = JSON.stringify({ action: { name: 'connectPstn', number: '+12017777777', cli } });
  const customCallout = { cli, destination, custom: 'Custom text', ice, pie: 'https://callback-server.com/voice' };
  await keep('custom', () => voice.callouts.custom({ customCalloutRequestBody: { method: 'customCallout', customCallout } }));
}

async function calls() {
  await keep('get', () => voice.calls.get({ callId: id('03') }));
  const say = { name: 'say', text: 'Sorry, the conference has been cancelled. The call will end now.', locale: 'en-US' };
  const updateCallRequestBody = { instructions: [say], action: { name: 'hangup' } };
  await keep('update', () => voice.calls.update({ callId: id('22'), updateCallRequestBody }));
  await keep('noCall', () => voice.calls.update({ callId: 'not-existing-callId', updateCallRequestBody }));
  const play = { name: 'playFiles', ids: ['https://samples-files.com/samples/Audio/mp3/sample-file-4.mp3'] };
  const body = { instructions: [play], action: { name: 'continue' } };
  const leg = { callLeg: 'callee', manageWithCallLegRequestBody: body };
  await keep('leg', () => voice.calls.manageWithCallLeg({ callId: id('32'), ...leg }));
  await keep('legOfJava', () => voice.calls.manageWithCallLeg({ callId: id('22'), ...leg }));
}

async function conferences() {
  const conferenceId = 'myConferenceId-E2E';
  const manageParticipantRequestBody = { command: 'onhold', moh: 'music2' };
  await keep('room', () => voice.conferences.get({ conferenceId }));
  await keep('hold', () => voice.conferences.manageParticipant({ conferenceId, callId: id('12'), manageParticipantRequestBody }));
  await keep('kick', () => voice.conferences.kickParticipant({ conferenceId, callId: id('12') }));
  await keep('kickAll', () => voice.conferences.kickAll({ conferenceId }));
}

async function configuration() {
  const { applications } = voice;
  const assignNumbersRequestBody = { numbers: ['+12012222222'], applicationkey: application, capability: 'voice' };
  const updateCallbacksRequestBody = { url: { primary: 'https://my-new.callback-server.com/voice' } };
  await keep('numbers', () => applications.listNumbers({}));
  await keep('assign', () => applications.assignNumbers({ assignNumbersRequestBody }));
  await keep('unassign', () => applications.unassignNumber({ unassignNumbersRequestBody: { number: '+12012222222' } }));
  await keep('query', () => applications.queryNumber({ number: '+12015555555' }));
  await keep('urls', () => applications.getCallbackURLs({ applicationkey: application }));
  await keep('callbacks', () => applications.updateCallbackURLs({ applicationkey: application, updateCallbacksRequestBody }));
}

/** Fetch an event; its headers have to be those of a callback for POST /webhooks/voice. */
async function event(kind) {
  const webhooks = new VoiceCallbackWebhooks({ applicationKey: 'appKey', applicationSecret: 'YXBwU2VjcmV0' });
  const response = await fetch(`${voiceHostname}/webhooks/voice/${kind}`);
  const headers = Object.fromEntries(response.headers.entries());
  const text = await response.text();
  const check = (body, path) => webhooks.validateAuthenticationHeader(headers, body, path, 'POST');
  const checks = [check(text, '/webhooks/voice'), check(`${text} `, '/webhooks/voice'), check(text, `/webhooks/voice/${kind}`)];
  results[kind] = { checks, event: webhooks.parseEvent(text) };
}

await callouts();
await calls();
await conferences();
await configuration();
const notifications = ['recording_finished', 'recording_available', 'transcription_available'];
for (const kind of ['ice', 'ace', 'dice', 'pie-return', 'pie-sequence', ...notifications.map((type) => `notify/${type}`)]) {
  await event(kind);
}
console.log(JSON.stringify(results));
