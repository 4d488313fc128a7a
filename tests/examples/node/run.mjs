// Starts the emulator on a free port, runs `node --test` against it, or another command that is named, and stops it.
// Usage: node run.mjs [COMMAND ...]
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const [command = process.execPath, ...rest] = process.argv.slice(2);
const emulator = spawn('sinch-voice-emulator', ['serve', '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] });
emulator.on('error', (error) => {
  console.error(`sinch-voice-emulator cannot be started: ${error.message}`);
  process.exitCode = 1;
});
emulator.on('exit', (code) => {
  process.exitCode ||= code ?? 0;
});

for await (const line of createInterface({ input: emulator.stdout })) {
  const url = /^Sinch Voice emulator at ([^ ,]+)/.exec(line)?.[1];
  if (!url) continue;
  const env = { ...process.env, SINCH_VOICE_EMULATOR_URL: url };
  const tests = spawn(command, rest.length ? rest : ['--test'], { stdio: 'inherit', env });
  tests.on('exit', (code) => { emulator.kill(); process.exitCode = code ?? 1; });
}
