/** URIs, name-addrs, parameters, and what the server puts in their place. */
import { test } from 'tap';
import { headerId, spelledName } from './header-names.js';
import { parseNameAddr, splitList, tagOf } from './name-addr.js';
import { parameterOf } from './parameters.js';
import { madeUpResponse, withLocalAddress } from './serializer.js';
import { parseTemplate } from './template.js';
import { contactKey, parseSipUri, transportOf } from './uri.js';

test('SIP URIs', t => {
  t.match(parseSipUri('sip:a:pw@Example.COM:5070;transport=WS;lr?x=y'), {
    scheme: 'sip',
    user: 'a',
    host: 'example.com',
    port: 5070,
    parameters: ';transport=WS;lr',
  });
  t.match(parseSipUri('sips:[2001:DB8::1]:5061'), { scheme: 'sips', host: '2001:db8::1', port: 5061 });
  t.match(parseSipUri('sip:a;b?c@host'), { user: 'a;b?c', host: 'host' });
  const uri = parseSipUri('sip:abc@xyz.invalid;transport=WS');
  t.equal(uri && transportOf(uri), 'ws');
  t.equal(uri && contactKey(uri), 'abc@xyz.invalid');
  for (const bad of [
    'sip:',
    'sip:@h',
    'sip:a@',
    'sip:a@h:',
    'sip:a@h:99999',
    'sip:a b@h',
    'sip:[::1',
    'tel:+1',
    'h',
  ]) {
    t.equal(parseSipUri(bad), undefined, bad);
  }
  t.end();
});

test('name-addrs and tags', t => {
  t.same(parseNameAddr('"A \\" <b>" <sip:a@b;x>;tag=1'), {
    display: '"A \\" <b>"',
    uri: 'sip:a@b;x',
    parameters: ';tag=1',
  });
  t.same(parseNameAddr('sip:a@b;tag=1'), { display: '', uri: 'sip:a@b', parameters: ';tag=1' });
  t.match(parseNameAddr('Hong Gil Dong <sip:a@b>'), { display: 'Hong Gil Dong' });
  for (const bad of [
    '',
    '<sip:a',
    '"a" sip:a@b',
    '"a <sip:a@b>',
    'sip:a,b@c',
    '<sip:a> x',
    'a"b <sip:a@b>',
    '<>',
  ]) {
    t.equal(parseNameAddr(bad), undefined, bad);
  }
  t.equal(tagOf('<sip:a@b;tag=no>;x=y;TAG=yes'), 'yes');
  t.equal(tagOf('<sip:a@b;tag=no>'), undefined);
  t.equal(tagOf('"x>;tag=no" <sip:a@b>;tag=yes;note="a > b;tag=no"'), 'yes');
  t.equal(tagOf('sip:a@b;tag=yes;note=">"'), 'yes');
  t.equal(parameterOf('; a = "x;b=1" ;b=2', 'b'), '2');
  t.equal(parameterOf(';rport;branch=1', 'rport'), '');
  t.same(splitList('"a,b" <sip:a,b@c>, <sip:d@e>,'), ['"a,b" <sip:a,b@c>', '<sip:d@e>']);
  t.end();
});

test('localhost stands for the address a message leaves from', t => {
  const replaced = (value: string) => withLocalAddress(value, '192.0.2.1', 5060);
  t.equal(replaced('sip:foo@localhost'), '<sip:foo@192.0.2.1:5060>');
  t.equal(replaced('"F" <sip:foo@localhost;x=y>;tag=1'), '"F" <sip:foo@192.0.2.1:5060;x=y>;tag=1');
  t.equal(replaced('<sip:localhost>'), '<sip:192.0.2.1:5060>');
  t.equal(replaced('<sip:foo@localhost.example.com>'), '<sip:foo@localhost.example.com>');
  t.equal(replaced('<sip:localhost@example.com>'), '<sip:localhost@example.com>');
  t.end();
});

test('header names', t => {
  t.equal(headerId('v'), 'via');
  t.equal(headerId('CALL-id'), 'call-id');
  t.equal(spelledName(headerId('i'), 'i'), 'Call-ID');
  t.equal(spelledName('x-foo', 'x-foo'), 'x-foo');
  t.equal(spelledName('history-info', 'history-info'), 'History-Info');
  t.end();
});

test('what the application may set', t => {
  const template = parseTemplate(
    'INVITE sip:a@b SIP/2.0\r\nvia: x\r\nRecord-Route: y\r\nsubject: s\r\n t\r\nbad name: z\r\nno colon\r\n' +
      'X-Ringbridge-Flow: closed\r\nX-Folded: a\r\n b\nRoute: <sip:c@d>\r\nContent-Length: 99\r\n\r\nb\r\n\r\nb',
  );
  t.same(template.fields, [{ id: 'subject', name: 'Subject', value: 's t' }]);
  t.equal(template.body, 'b\r\n\r\nb');
  t.end();
});

test('a made-up response has what its transaction has', t => {
  const sent =
    'INVITE sip:a@b SIP/2.0\r\nVia: V\r\nFrom: F\r\nTo: T\r\nCall-ID: I\r\nCSeq: 1 INVITE\r\nX: Y\r\n\r\nTo: z';
  t.equal(
    madeUpResponse(sent, 408),
    'SIP/2.0 408 Request Timeout\r\nVia: V\r\nFrom: F\r\nTo: T\r\nCall-ID: I\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n',
  );
  t.end();
});
