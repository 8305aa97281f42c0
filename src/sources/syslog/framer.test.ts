/** Both framings of RFC 6587 on one connection, however the bytes are cut, and bounds on hostile ones. */
import { assert, boolean, integer, array as listOf, oneof, property, record, string } from 'fast-check';
import { expect, it } from 'vitest';
import { MAX_LINE_BYTES } from '../file/lines.ts';
import { SyslogFramer } from './framer.ts';

function cutAll(bytes: Buffer, size: number): { texts: string[]; framer: SyslogFramer } {
  const framer = new SyslogFramer();
  const texts: string[] = [];
  for (let at = 0; at < bytes.length; at += size)
    texts.push(...framer.push(Buffer.from(bytes.subarray(at, at + size))));
  const last = framer.flush();
  if (last !== null) texts.push(last);
  return { texts, framer };
}

const counted = (text: string): string => `${Buffer.byteLength(text)} ${text}`;

it('reads counted and LF-ended messages in any order', () => {
  const stream = `${counted('<34>1 - - a - - - one')}<13>two\n${counted('<34>1 - - a - - - three\nfour')}<13>five\r\n2026-11-24T08:00:00Z host six\n`;
  for (const size of [1, 2, 3, 7, 1000])
    expect(cutAll(Buffer.from(stream), size).texts).toEqual([
      '<34>1 - - a - - - one',
      '<13>two',
      '<34>1 - - a - - - three\nfour',
      '<13>five',
      '2026-11-24T08:00:00Z host six',
    ]);
});

it('cuts the same however the bytes arrive', () => {
  const message = record({ text: string({ unit: 'binary', maxLength: 60 }), octets: boolean() });
  assert(
    property(listOf(message, { maxLength: 8 }), integer({ min: 1, max: 40 }), (messages, size) => {
      const clean = messages.map(({ text, octets }) => ({ text: `<13>${text.replaceAll(/[\n\r\0]/g, '_')}`, octets }));
      const bytes = Buffer.from(clean.map(({ text, octets }) => (octets ? counted(text) : `${text}\n`)).join(''));
      const expected = clean.map(({ text }) => Buffer.from(text).toString());
      expect(cutAll(bytes, size).texts).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});

it('survives any bytes, in bounded memory', () => {
  const piece = oneof(string({ unit: 'binary', maxLength: 30 }), string({ unit: 'binary-ascii', maxLength: 30 }));
  assert(
    property(listOf(piece), (pieces) => {
      const framer = new SyslogFramer();
      for (const each of pieces) framer.push(Buffer.from(each));
      framer.flush();
    }),
    { numRuns: 500 },
  );
});

it('cuts what is too long, counts it, and goes on behind it', () => {
  const long = `<13>${'x'.repeat(300_000)}`;
  for (const framed of [`${counted(long)}<13>next\n`, `${long}\n<13>next\n`])
    for (const size of [1000, 65_536, 1_000_000]) {
      const { texts, framer } = cutAll(Buffer.from(framed), size);
      expect(texts.at(-1)).toBe('<13>next');
      expect(texts).toHaveLength(2);
      expect(texts[0]!.length).toBeLessThanOrEqual(MAX_LINE_BYTES);
      expect(framer.truncated).toBe(1);
    }
});

it('gives up a stream whose count is absurd', () => {
  const framer = new SyslogFramer();
  expect(framer.push(Buffer.from('99999999 <13>x'))).toEqual([]);
  expect(framer.broken).toBe(true);
  expect(framer.malformed).toBe(1);
  expect(framer.push(Buffer.from('<13>later\n'))).toEqual([]);
});

it('counts a message that was not finished', () => {
  const { texts, framer } = cutAll(Buffer.from('40 <13>short'), 100);
  expect(texts).toEqual([]);
  expect(framer.malformed).toBe(1);
});
