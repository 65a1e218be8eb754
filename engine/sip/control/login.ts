import { createHash, timingSafeEqual } from 'node:crypto';

const maxTags = 20;
const tagPattern = /^[a-zA-Z0-9\-_+@:]{1,32}$/;

const digest = (text: string): Buffer => createHash('sha256').update(text, 'latin1').digest();

/** Compares in a time that says nothing of where the two differ. Both are binary strings. */
export const secretMatches = (given: string, wanted: string): boolean =>
  timingSafeEqual(digest(given), digest(wanted));

/** The tags of a login; what is no tag is left out. */
export const parseTags = (text: string): Set<string> =>
  new Set(
    text
      .split(',')
      .filter(tag => tagPattern.test(tag))
      .slice(0, maxTags),
  );
