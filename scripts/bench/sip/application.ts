/**
 * The application under load, as a process: as little as drachtio-srf can be asked to do.
 * Arguments: `uas | b2bua`, the control port, and for `b2bua` the callee's port. The control secret comes by environment.
 */
import Srf, { type SrfRequest, type SrfResponse } from 'drachtio-srf';
import { secretVariable } from './server.js';

const [role, controlPort, calleePort] = process.argv.slice(2);

const localSdp = [
  'v=0',
  'o=bench 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 20000 RTP/AVP 8',
  'a=rtpmap:8 PCMA/8000',
  '',
].join('\r\n');

const srf = new Srf();

async function answer(req: SrfRequest, res: SrfResponse): Promise<void> {
  await srf.createUAS(req, res, { localSdp });
}

async function connect(req: SrfRequest, res: SrfResponse): Promise<void> {
  const { uas, uac } = await srf.createB2BUA(req, res, `sip:callee@127.0.0.1:${calleePort}`, {
    localSdpB: req.body,
  });
  uas.on('destroy', () => uac.destroy());
  uac.on('destroy', () => uas.destroy());
}

const serve = role === 'b2bua' ? connect : answer;
// A call that fails is counted by sipp; here it must not end the process.
srf.invite((req: SrfRequest, res: SrfResponse) =>
  serve(req, res).catch((error: Error) => console.error(error.message)),
);
srf.use('register', (_req: SrfRequest, res: SrfResponse) => res.send(200, { headers: { Expires: '3600' } }));
srf.on('error', (error: Error) => console.error(error.message));
srf.on('connect', (error?: Error) => {
  if (error) throw error;
  console.log(JSON.stringify({ ready: true }));
});
srf.connect({ host: '127.0.0.1', port: Number(controlPort), secret: process.env[secretVariable] ?? '' });
process.stdin.resume().once('close', () => process.exit(0));
