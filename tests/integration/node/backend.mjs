// A backend that believes only what the official SDK's own helper believes, and reads callbacks with the SDK's own parser.
// Usage: node backend.mjs KEY SECRET ANSWERS; ANSWERS is JSON, SVAML by event.
// Prints the port it listens on, then a line of JSON for each callback.
import { createRequire } from 'node:module';
import { createServer } from 'node:http';

const { VoiceCallbackWebhooks } = createRequire(import.meta.url)('@sinch/voice');
const [applicationKey, applicationSecret, answers] = process.argv.slice(2);
const webhooks = new VoiceCallbackWebhooks({ applicationKey, applicationSecret });
const svaml = JSON.parse(answers);

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString();
    const check = (text, path) => webhooks.validateAuthenticationHeader(request.headers, text, path, request.method);
    const event = webhooks.parseEvent(body);
    const seen = {
      valid: check(body, request.url),
      otherBody: check(`${body} `, request.url),
      otherPath: check(body, `${request.url}/`),
      scheme: request.headers.authorization.split(' ')[0],
      contentType: request.headers['content-type'],
      dated: event.timestamp === undefined || !Number.isNaN(event.timestamp.getTime()),
      event,
    };
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(svaml[event.event] ?? {}));
    console.log(JSON.stringify(seen));
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
