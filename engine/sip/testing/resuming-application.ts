/**
 * An application with the unmodified drachtio-srf, as a process that can be killed: takes calls, adopts those it finds,
 * and does with the dialogs what it is told over its IPC channel.
 */
import type { EventEmitter } from 'node:events';
import Srf, { type Dialog, type SrfRequest, type SrfResponse } from 'drachtio-srf';
import { type AdoptedEntry, adopt, adoptInvite } from './adopted-dialog.js';

type Order = { call: string } | { cancel: string } | { modify: string; sdp: string } | { hangUp: string };

const sdp = process.env.SDP ?? '';
const dialogs = new Map<string, Dialog>();
const ringing = new Map<string, SrfRequest>();
const tell = (event: object) => process.send?.(event);

/** A call that rang when its application went. */
function ringsOn(notice: SrfRequest, entry: AdoptedEntry): void {
  const { callId } = entry;
  const { request, dialog } = adoptInvite(srf, notice, entry, sdp, ({ status }) =>
    tell({ progress: callId, status }),
  );
  ringing.set(callId, request);
  dialog.then(
    made => keep(made, 'placed'),
    ({ status }) => tell({ failed: callId, status }),
  );
  tell({ ringsOn: callId });
}

function keep(dialog: Dialog, how: string): void {
  const { callId } = dialog.sip;
  dialogs.set(callId, dialog);
  // The declared types of the library know neither these events nor `notify`.
  const events = dialog as unknown as EventEmitter;
  events.on('destroy', (_bye: unknown, reason: string) => tell({ ended: callId, reason }));
  events.on('modify', (req: SrfRequest, res: SrfResponse) => {
    tell({ modified: callId, body: req.body });
    res.send(200, { body: sdp, headers: { 'Content-Type': 'application/sdp' } });
  });
  tell({ [how]: callId });
}

const srf = new Srf(['resume:test'] as never);
srf.invite(async (req, res) => keep(await srf.createUAS(req, res, { localSdp: sdp }), 'taken'));
const { notify } = srf as unknown as { notify(handler: (req: SrfRequest, res: SrfResponse) => void): void };
notify.call(srf, (req, res) => {
  const list: { dialogs: (AdoptedEntry & { owner: string })[] } = JSON.parse(String(req.body));
  for (const entry of list.dialogs.filter(({ owner }) => owner === 'none')) {
    if (entry.invite?.from === 'us' && entry.state !== 'confirmed') ringsOn(req, entry);
    else keep(adopt(srf, req, entry, { local: sdp, remote: sdp }), 'adopted');
  }
  res.send(200, () => tell({ ready: true }));
});
srf.on('error', (error: Error) => tell({ error: error.message }));

process.on('message', async (order: Order) => {
  if ('call' in order) keep(await srf.createUAC(order.call, { localSdp: sdp }), 'placed');
  else if ('cancel' in order) ringing.get(order.cancel)?.cancel(() => undefined);
  else if ('modify' in order) {
    const answer = await dialogs.get(order.modify)?.modify(order.sdp);
    tell({ answered: order.modify, answer });
  } else {
    await dialogs.get(order.hangUp)?.destroy();
    tell({ hungUp: order.hangUp });
  }
});

srf.connect({
  host: '127.0.0.1',
  port: Number(process.env.CONTROL_PORT),
  secret: process.env.CONTROL_SECRET ?? '',
});
