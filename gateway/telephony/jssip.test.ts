import JsSIP from 'jssip';
import t from 'tap';
import { WebSocket } from 'ws';
import { sipServersUnderTest } from '../../test/support/sip-servers.js';
import { domain, openHouse } from './testing/house.js';

/** The softphone that the desktop uses. It looks for the browser's WebSocket. */
Object.assign(globalThis, { WebSocket });

const happens = (agent: JsSIP.UA, event: 'registered' | 'unregistered' | 'registrationFailed') =>
  new Promise<unknown>(resolve => agent.once(event, resolve));

for (const sipServer of sipServersUnderTest()) {
  t.test(`JsSIP on the ${sipServer.name} SIP server`, async t => {
    const { telephony, agent } = await openHouse(t, sipServer);
    const { wsUrl, uri, username, password } = await telephony.issueCredential(agent);
    const userAgent = (secret: string) =>
      new JsSIP.UA({
        sockets: [new JsSIP.WebSocketInterface(wsUrl)],
        uri,
        authorization_user: username,
        password: secret,
      });

    const phone = userAgent(password);
    const registered = happens(phone, 'registered');
    phone.start();
    await registered;
    t.equal(await telephony.softphoneOf(agent.tenantId, agent.userId), 'webrtc');
    const unregistered = happens(phone, 'unregistered');
    phone.unregister({ all: true });
    await unregistered;
    t.equal(await telephony.softphoneOf(agent.tenantId, agent.userId), undefined, domain);
    phone.stop();

    const impostor = userAgent('wrong');
    const failed = happens(impostor, 'registrationFailed');
    impostor.start();
    t.match(await failed, { response: { status_code: 403 } });
    impostor.stop();
  });
}
