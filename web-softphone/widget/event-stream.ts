/** One server-sent event: its name (`message` when none is given) and its data. */
export interface ServerEvent {
  event: string;
  data: string;
}

/**
 * A parser for text/event-stream (WHATWG HTML, 9.2.6) that is fed with pieces as the network cuts them and gives the
 * events that became whole. The browser's EventSource cannot send an Authorization header, hence this one.
 */
export function eventStreamParser(): (piece: string) => ServerEvent[] {
  let pending = '';
  let event = '';
  let data: string[] = [];
  let first = true;

  return piece => {
    pending += piece;
    if (first && pending !== '') {
      first = false;
      if (pending.startsWith('\uFEFF')) pending = pending.slice(1);
    }
    const events: ServerEvent[] = [];
    for (;;) {
      const end = /\r\n|\n|\r/.exec(pending);
      // A CR at the very end may be the first half of a CRLF that was cut in two.
      if (!end || (end[0] === '\r' && end.index === pending.length - 1)) return events;
      const line = pending.slice(0, end.index);
      pending = pending.slice(end.index + end[0].length);
      if (line === '') {
        if (data.length > 0) events.push({ event: event || 'message', data: data.join('\n') });
        event = '';
        data = [];
        continue;
      }
      const colon = line.indexOf(':');
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (field === 'event') event = value;
      else if (field === 'data') data.push(value);
    }
  };
}
