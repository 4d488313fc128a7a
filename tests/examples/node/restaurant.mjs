// The app under test: a restaurant that answers calls with a menu, and reminds guests of their table by calling them.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

const OLDEST_REQUEST = 5 * 60 * 1000;

/** Whether a request was signed with our secret, for this path and these very bytes, within the last minutes. */
function isFromThePlatform(request, body, { key, secret }) {
  const { authorization = '', 'x-timestamp': timestamp = '', 'content-type': type = '' } = request.headers;
  const [, sentKey, signature] = /^application ([^:]*):(.*)$/i.exec(authorization) ?? [];
  if (sentKey !== key || !(Math.abs(Date.now() - Date.parse(timestamp)) < OLDEST_REQUEST)) return false;
  const md5 = body.length ? createHash('md5').update(body).digest('base64') : '';
  const signed = [request.method, md5, type, `x-timestamp:${timestamp}`, request.url].join('\n');
  const expected = createHmac('sha256', Buffer.from(secret, 'base64')).update(signed).digest();
  const given = Buffer.from(signature, 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** What to do next, by what has happened. */
function answer(event, { agent, number }) {
  const say = (text) => ({ name: 'say', text, locale: 'en-US' });
  switch (event.event) {
    case 'ice': {
      const options = [{ dtmf: '1', action: 'return(support)' }];
      const main = { id: 'main', mainPrompt: '#tts[Press 1 for support.]', options };
      return { action: { name: 'runMenu', menus: [main] } };
    }
    case 'pie':
      if (event.menuResult.value === 'support') {
        const cookie = { name: 'setCookie', key: 'team', value: 'support' };
        return { instructions: [cookie], action: { name: 'connectPstn', number: agent, cli: number } };
      }
      return { instructions: [say('Good-bye.')], action: { name: 'hangup' } };
    case 'ace':
      return { action: { name: 'continue' } };
    default:
      return {};
  }
}

/** Have the platform call somebody and speak. */
async function remind({ phone, guests }, { platform, key, secret, number }) {
  const ttsCallout = {
    cli: number,
    destination: { type: 'number', endpoint: phone },
    text: `Your table for ${guests} is ready.`,
    enableDice: true,
  };
  const response = await fetch(`${platform}/calling/v1/callouts`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`,
    },
    body: JSON.stringify({ method: 'ttsCallout', ttsCallout }),
  });
  if (!response.ok) throw new Error(`the platform answered ${response.status} ${await response.text()}`);
  return response.json();
}

/** Serve on a free port. `config`: the platform's base URL, key, secret, the number that is called, the agent's. */
export async function startRestaurant(config) {
  const routes = {
    '/voice': (event) => answer(event, config),
    '/remind': (guest) => remind(guest, config),
    '/remind-later': (guest) => {
      setTimeout(() => remind(guest, config), 50); // a job in a queue
      return { queued: true };
    },
  };
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    const forged = request.url === '/voice' && !isFromThePlatform(request, body, config);
    const status = forged ? 401 : routes[request.url] ? 200 : 404;
    const value = status === 200 ? await routes[request.url](JSON.parse(body)) : {};
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;
  const post = (path, value) => fetch(url + path, { method: 'POST', body: JSON.stringify(value) });
  const stop = () => { server.close(); server.closeAllConnections(); };
  return { url, post, stop };
}
