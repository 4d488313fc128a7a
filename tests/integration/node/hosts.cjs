// Preloaded with `node --require`: connections to port 443 of Sinch's hosts go to a port of this machine, as a container's
// network alias would make them. Nothing else changes; TLS still checks the name that was asked for.
const net = require('node:net');

const port = Number(process.env.EMULATOR_TLS_PORT);
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function redirected(...given) {
  const options = Array.isArray(given[0]) ? given[0][0] : given[0];
  if (options && /^calling.*\.sinch\.com$/.test(options.host) && Number(options.port) === 443) {
    Object.assign(options, { host: '127.0.0.1', port });
  }
  return connect.apply(this, given);
};
