/** Softphones that register over WebSockets and then do nothing, as a process of their own. */
import { once } from 'node:events';
import { WebSocket } from 'ws';

/** At a time: more than the server's backlog would be turned away by the kernel. */
const atOnce = 64;

const [port, wanted] = process.argv.slice(2).map(Number) as [number, number];

const register = (index: number) =>
  [
    'REGISTER sip:bench.example SIP/2.0',
    `Via: SIP/2.0/WS c${index}.invalid;branch=z9hG4bK${index}`,
    'Max-Forwards: 70',
    `From: <sip:agent${index}@bench.example>;tag=t${index}`,
    `To: <sip:agent${index}@bench.example>`,
    `Call-ID: bench-${index}`,
    'CSeq: 1 REGISTER',
    `Contact: <sip:agent${index}@c${index}.invalid;transport=ws>;expires=3600`,
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n');

async function open(index: number): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, 'sip', { perMessageDeflate: false });
  await once(socket, 'open');
  socket.send(register(index));
  const [answer] = (await once(socket, 'message')) as [Buffer];
  if (!answer.toString().startsWith('SIP/2.0 200')) throw new Error(`refused: ${answer.toString()}`);
}

let next = 0;
async function openAll(): Promise<void> {
  while (next < wanted) {
    next += 1;
    await open(next);
  }
}

await Promise.all(Array.from({ length: atOnce }, openAll));
console.log(JSON.stringify({ ready: true }));
process.stdin.resume().once('close', () => process.exit(0));
