import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { type RingingInvite, RingingJournal, type TalkingDialog } from './ringing-journal.js';

const invite = (number: number): RingingInvite => ({
  protocol: 'udp',
  address: '192.0.2.1',
  port: 5060,
  domain: undefined,
  head: `INVITE sip:${number}@example.com SIP/2.0\r\nCall-ID: ${number}\r\n\r\n`,
});

const { head: _, ...where } = invite(0);
const talk: TalkingDialog = {
  ...where,
  dialog: {
    ...{ id: 'c;from-tag=a', callId: 'c', localTag: 'a', remoteTag: 'b', local: '<sip:a@x>;tag=a' },
    ...{ remote: '<sip:b@x>;tag=b', remoteTarget: 'sip:b@192.0.2.1', localContact: '<sip:192.0.2.2>' },
    ...{ routeSet: ['<sip:p@192.0.2.3;lr>'], localSequence: 1, remoteSequence: -1 },
  },
};

function bed(t: Test) {
  const folder = mkdtempSync(join(tmpdir(), 'ringing-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'inside', 'ringing');
  const failures: Error[] = [];
  const open = (now?: number) => new RingingJournal(path, { failed: error => failures.push(error) }, now);
  return { path, failures, open };
}

test('the next run finds what has begun and not ended, until it has ended', t => {
  const { path, open } = bed(t);
  const first = open();
  t.equal(first.left.size, 0);
  for (const number of [1, 2, 3]) first.began(`id${number}`, invite(number));
  first.began('id3', invite(4));
  first.ended('id1');
  first.ended('never noted');
  t.equal(statSync(path).mode & 0o777, 0o600, 'what numbers are called is for nobody else');

  const second = open();
  t.same(
    [...second.left],
    [
      ['id2', invite(2)],
      ['id3', invite(4)],
    ],
  );
  second.ended('id2');
  const third = open();
  t.same([...third.left.keys()], ['id3'], 'killed again in the middle of it');
  third.ended('id3');
  t.equal(open().left.size, 0);
  t.end();
});

test('an answered call is found, too, and for longer than anything rings', t => {
  const { path, open } = bed(t);
  open().began('talk', talk);
  const [line] = readFileSync(path, 'latin1').split('\n');
  const strange = {
    ...JSON.parse(line as string),
    began: 'strange',
    dialog: { ...talk.dialog, routeSet: 'p' },
  };
  writeFileSync(path, `${line}\n${JSON.stringify(strange)}\n`);
  t.same([...open(Date.now() + 3_600_000).left], [['talk', talk]]);
  t.end();
});

test('what is old, torn or strange is left out', t => {
  const { path, open } = bed(t);
  open().began('good', invite(1));
  const good = readFileSync(path, 'latin1');
  const at = Date.now();
  const lines = [
    JSON.stringify({ began: 'ws', at, ...invite(2), protocol: 'ws' }),
    JSON.stringify({ began: 'no head', at, ...invite(2), head: 'INVITE' }),
    JSON.stringify({ began: 7, at, ...invite(2) }),
    JSON.stringify({ began: 'no time', ...invite(2) }),
    'null',
    '',
  ];
  const torn = good.slice(0, 40);
  writeFileSync(path, `${lines.join('\n')}${good}${torn}`);
  t.same([...open().left.keys()], ['good']);
  t.equal(open(at + 3_600_000).left.size, 0, 'after an hour nothing rings');
  t.end();
});

test('it is written anew before it grows without an end', t => {
  const { path, open } = bed(t);
  const journal = open();
  journal.began('rings on', invite(0));
  for (let number = 1; number <= 12_000; number++) {
    journal.began(`id${number}`, invite(number));
    journal.ended(`id${number}`);
  }
  t.ok(statSync(path).size < 1_200_000);
  t.same([...open().left.keys()], ['rings on']);
  t.end();
});

test('a disk that takes no more is told once, and ends nothing', t => {
  const { failures, open } = bed(t);
  const journal = open();
  journal.close();
  journal.began('a', invite(1));
  journal.began('b', invite(2));
  t.equal(failures.length, 1);
  t.end();
});

test('a place that cannot be written is told at once', t => {
  const { path } = bed(t);
  t.throws(() => new RingingJournal(join('/dev/null', path), { failed: () => undefined }));
  t.end();
});
