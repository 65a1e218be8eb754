import t from 'tap';
import { sipServersUnderTest } from '../../test/support/sip-servers.js';
import { sipp } from '../../test/support/sipp.js';
import { type AgentInvitation, completedElsewhere } from './port.js';
import { failure, type House, loginOf, offer, openHouse } from './testing/house.js';
import { Softphone } from './testing/softphone.js';

const answer = offer.replace('40000', '50000');

async function registered({ telephony, agent, server }: House): Promise<Softphone> {
  const phone = await Softphone.open(server.wsPort);
  const response = await phone.register(loginOf(await telephony.issueCredential(agent)));
  if (response.status !== 200) throw new Error(response.text);
  return phone;
}

for (const sipServer of sipServersUnderTest()) {
  t.test(`on the ${sipServer.name} SIP server`, async t => {
    const house = await openHouse(t, sipServer);
    const { telephony, agent, server } = house;
    const call = (more: Partial<AgentInvitation> = {}) =>
      telephony.inviteAgent({
        ...agent,
        interactionId: '6a1ff1c2-8e5b-4d1a-9d3c-0f8e8f0a2b11',
        callerName: '김 "민수"\r\nX-Evil: 1',
        callerNumber: '+821012345678',
        offer,
        signal: new AbortController().signal,
        ...more,
      });
    /** A call that the softphone has answered. */
    async function talking(phone: Softphone) {
      const call_ = call();
      const invite = await phone.request('INVITE');
      phone.respond(invite, 200, 'OK', answer);
      const dialog = await call_;
      await phone.request('ACK');
      return { dialog, invite };
    }

    t.test('the softphone rings, answers, and hangs up', async t => {
      const phone = await registered(house);
      const progress: number[] = [];
      const calling = call({ onProgress: ({ status }) => progress.push(status) });
      const invite = await phone.request('INVITE');
      t.match(invite.text, `INVITE ${phone.contact} SIP/2.0`);
      t.equal(invite.header('X-Ringbridge-Interaction'), '6a1ff1c2-8e5b-4d1a-9d3c-0f8e8f0a2b11');
      t.match(invite.header('From'), '"김 \\"민수\\" X-Evil: 1" <sip:+821012345678@softphone.example>');
      t.equal(invite.header('X-Evil'), '');
      t.equal(invite.body, offer);
      phone.respond(invite, 180, 'Ringing');
      phone.respond(invite, 200, 'OK', answer);
      const dialog = await calling;
      await phone.request('ACK');
      t.same(progress, [180]);
      t.equal(dialog.remoteSdp, answer);
      t.equal(dialog.callId, invite.header('Call-ID'));
      const ended = new Promise<string>(resolve => dialog.onEnded(resolve));
      phone.requestWithin(invite, 'BYE', 1);
      t.equal((await phone.receive(message => message.status > 0)).status, 200);
      t.type(await ended, 'string');
      phone.drop();
    });

    for (const [reason, expected] of [
      ['SIP ;cause=408; text="RTP Timeout"', 'failed'],
      ['SIP;text="RTP Timeout";cause=408', 'failed'],
      ['Q.850;cause=16;text="Normal call clearing"', 'hung_up'],
      ['SIP;cause=200;text="Call completed elsewhere"', 'hung_up'],
    ] as const)
      t.test(`a BYE with the reason ${reason} is a call ${expected}`, async t => {
        const phone = await registered(house);
        const { dialog, invite } = await talking(phone);
        const ended = new Promise<string>(resolve => dialog.onEnded((_reason, how) => resolve(how)));
        phone.requestWithin(invite, 'BYE', 1, '', [`Reason: ${reason}`]);
        t.equal(await ended, expected);
        phone.drop();
      });

    t.test('we hang up', async t => {
      const phone = await registered(house);
      const { dialog } = await talking(phone);
      const ending = dialog.end();
      phone.respond(await phone.request('BYE'), 200, 'OK');
      await ending;
      phone.drop();
      t.pass();
    });

    t.test('the agent declines', async t => {
      const phone = await registered(house);
      const calling = failure(call());
      phone.respond(await phone.request('INVITE'), 603, 'Decline');
      t.equal((await calling).outcome, 'rejected');
      t.equal(await telephony.softphoneOf(agent.tenantId, agent.userId), 'webrtc', 'and stays registered');
      phone.drop();
    });

    for (const [what, why, told] of [
      ['the offer is taken back while it rings', undefined, ''],
      [
        'somebody else has taken the call: the softphone is told that nothing was missed',
        completedElsewhere,
        'SIP;cause=200;text="Call completed elsewhere"',
      ],
    ] as const)
      t.test(what, async t => {
        const phone = await registered(house);
        const controller = new AbortController();
        const calling = failure(call({ signal: controller.signal }));
        const invite = await phone.request('INVITE');
        phone.respond(invite, 180, 'Ringing');
        controller.abort(why);
        t.equal((await calling).outcome, 'cancelled');
        const cancel = await phone.request('CANCEL');
        t.equal(cancel.header('Reason'), told);
        phone.respond(cancel, 200, 'OK');
        phone.respond(invite, 487, 'Request Terminated');
        await phone.request('ACK');
        phone.drop();
      });

    t.test('what the softphone may do within the call', async t => {
      const phone = await registered(house);
      const { dialog, invite } = await talking(phone);
      const ask = async (method: string, cseq: number, body = '') => {
        phone.requestWithin(invite, method, cseq, body);
        const response = await phone.receive(
          ({ status, header }) => status >= 200 && header('CSeq') === `${cseq} ${method}`,
        );
        if (method === 'INVITE' && response.status === 200) phone.requestWithin(invite, 'ACK', cseq);
        return response;
      };
      t.equal((await ask('INVITE', 1, answer)).status, 491, 'nobody is there yet to answer a new offer');
      const offers: string[] = [];
      dialog.onReoffer(async again => {
        offers.push(again);
        if (again.includes('RTP/AVP 99')) throw new Error('no common codec');
        return offer.replace('sendrecv', 'recvonly');
      });
      const hold = answer.replace('sendrecv', 'sendonly');
      const held = await ask('INVITE', 2, hold);
      t.equal(held.status, 200);
      t.match(held.body, 'a=recvonly');
      t.equal(dialog.remoteSdp, hold);
      t.equal((await ask('INVITE', 3, answer.replace('RTP/AVP 8 101', 'RTP/AVP 99'))).status, 488);
      t.equal(dialog.remoteSdp, hold, 'the session stays as it was');
      t.equal(offers.length, 2);
      t.equal((await ask('OPTIONS', 4)).status, 200);
      t.equal((await ask('INFO', 5)).status, 200);
      t.equal((await ask('REFER', 6)).status, 603);
      const ending = dialog.end();
      phone.respond(await phone.request('BYE'), 200, 'OK');
      await ending;
      phone.drop();
    });

    t.test('a softphone that is gone', async t => {
      await telephony.revokeCredential(agent);
      t.equal((await failure(call())).outcome, 'unreachable', 'none');
      const older = await registered(house);
      const { sql } = house;
      // One whose connection was lost without anybody hearing of it.
      await sql`
        insert into registrations (tenant_id, user_id, username, contact, transport, call_id, cseq, expires_at)
        select tenant_id, user_id, username, 'sip:lost@lost.invalid;transport=ws', 'ws', 'x', 1, expires_at
        from registrations where user_id = ${agent.userId}`;
      const { dialog } = await talking(older);
      const rows = await sql<{ contact: string }[]>`select contact from registrations`;
      t.same(
        rows.map(({ contact }) => contact),
        [older.contact],
        'the lost one was taken away',
      );
      const ending = dialog.end();
      older.respond(await older.request('BYE'), 200, 'OK');
      await ending;
      older.drop();
    });

    t.test('the SIP server is lost while somebody talks, and we hang up', async t => {
      const phone = await registered(house);
      const { dialog } = await talking(phone);
      house.cutControl();
      await dialog.end();
      phone.respond(await phone.request('BYE'), 200, 'OK');
      phone.drop();
      t.pass();
    });

    t.test('the SIP server is lost while somebody talks, and the talk goes on', async t => {
      const phone = await registered(house);
      const { dialog, invite } = await talking(phone);
      const ended = new Promise<string>(resolve => dialog.onEnded(resolve));
      house.cutControl();
      phone.respond(await phone.request('OPTIONS'), 200, 'OK');
      if (server.tellsFlows) {
        // A drachtio-server gives the dialog to nobody else: it answers the softphone's BYE itself.
        phone.requestWithin(invite, 'BYE', 1);
        await ended;
      } else {
        const ending = dialog.end();
        phone.respond(await phone.request('BYE'), 200, 'OK');
        await ending;
      }
      phone.drop();
      t.pass();
    });

    t.test('the SIP server is lost, and the softphone hangs up meanwhile', async t => {
      const phone = await registered(house);
      const { dialog } = await talking(phone);
      const ended = new Promise<string>(resolve => dialog.onEnded(resolve));
      house.cutControl();
      phone.respond(await phone.request('OPTIONS'), 481, 'Call Does Not Exist');
      t.equal(await ended, 'unknown to the peer');
      phone.drop();
    });

    t.test('a softphone over UDP', async t => {
      const phone = await sipp(t, 'uas-answer');
      const { username, password } = await telephony.issueCredential(agent);
      const contact = `<sip:${username}@127.0.0.1:${phone.port}>`;
      const keys = { username, domain: 'softphone.example', expires: '60' };
      const args = ['-au', username, '-ap', password, '-auth_uri', 'softphone.example'];
      const replace = { '<sip:[username]@[local_ip]:[local_port]>': contact };
      await (await sipp(t, 'register', { keys, args, replace, remote: `127.0.0.1:${server.udpPort}` })).done;
      const dialog = await call();
      await dialog.end();
      await phone.done;
      t.pass();
    });
  });
}
