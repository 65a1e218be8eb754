/** Messages about a subscription that the server writes itself. */
import { requestText } from '../../message/serializer.js';
import type { Template, TemplateField } from '../../message/template.js';
import { newBranch } from '../../message/token.js';
import { hostPort } from '../../message/uri.js';
import { eventText } from './event-use.js';
import type { Subscription } from './subscription.js';

const event = (subscription: Subscription): TemplateField => ({
  id: 'event',
  name: 'Event',
  value: eventText(subscription.event),
});
const expires: TemplateField = { id: 'expires', name: 'Expires', value: '0' };
const terminated = (reason: string): TemplateField => ({
  id: 'subscription-state',
  name: 'Subscription-State',
  value: `terminated;reason=${reason}`,
});

/** The last request to the far end: the notifier's NOTIFY, or the subscriber's SUBSCRIBE with `Expires: 0`. */
export function finalRequest(
  subscription: Subscription,
  reason: string,
): { method: string; template: Template } {
  const notifies = subscription.role === 'notifier';
  const fields = [event(subscription), notifies ? terminated(reason) : expires];
  return { method: notifies ? 'NOTIFY' : 'SUBSCRIBE', template: { startLine: '', fields, body: '' } };
}

/** For the application, as if the far end had ended the subscription: what that would have sent. */
export function endNotice(subscription: Subscription): string {
  const { dialog, role } = subscription;
  const { flow } = dialog;
  const method = role === 'subscriber' ? 'NOTIFY' : 'SUBSCRIBE';
  return requestText({
    method,
    uri: `sip:${hostPort(flow.local.advertisedHost, flow.local.port)}`,
    via: `SIP/2.0/${flow.protocol.toUpperCase()} ${hostPort(flow.remoteAddress, flow.remotePort)};branch=${newBranch()}`,
    routes: [],
    maxForwards: 70,
    from: dialog.remote,
    to: dialog.local,
    callId: dialog.callId,
    sequence: Math.max(0, dialog.remoteSequence) + 1,
    contact: `<${dialog.remoteTarget}>`,
    fields: [event(subscription), role === 'subscriber' ? terminated('timeout') : expires],
    body: '',
  });
}
