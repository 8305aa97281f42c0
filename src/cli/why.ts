/** `bekci why`: everything known of one address or user. */
import { canonicalAddress } from '../kit/address.ts';
import { formatNetwork, parseNetwork, widen } from '../kit/cidr.ts';
import { durationText, t, timeText } from '../kit/messages/messages.ts';
import { unusualWords } from '../kit/messages/unusual-words.ts';
import { escapeControls } from '../kit/text.ts';
import { refusalText } from '../notifiers/render.ts';
import { locate, readStore, type Where } from './client.ts';
import { decisionJson } from './decisions.ts';
import { colours, createWriter, levelText } from './output.ts';

/** Prints what was seen, done and refused. */
export function why(asked: string, options: Where & { readonly json?: boolean }): void {
  const { config, stateDir } = locate(options);
  const { language } = config;
  const entity = canonicalAddress(asked) ?? asked;
  const store = readStore(stateDir);
  const network = parseNetwork(entity);
  // A ban may stand on a network around the address.
  const names =
    network === null
      ? [entity]
      : [
          ...new Set(
            [128, config.decisions.ipv6_prefix, 64, 56, 48, 32, 24]
              .filter((bits) => (network.family === 6 ? bits >= 48 : bits <= 32))
              .map((bits) => formatNetwork(widen(network, bits))),
          ),
        ];
  const detections = names.flatMap((name) => store.detections({ entity: name, limit: 50 }));
  const decisions = names.flatMap((name) => store.decisions({ entity: name, limit: 50 }));
  const refusals = names.flatMap((name) => store.refusals({ entity: name, limit: 50 }));
  store.close();
  const out = createWriter();
  if (options.json === true) {
    out.line(
      JSON.stringify({
        entity,
        detections: detections.map((each) => ({
          ...each,
          at: new Date(each.at).toISOString(),
          words: unusualWords(each.rule.id, each.facts, language),
        })),
        decisions: decisions.map(decisionJson),
        refusals: refusals.map((each) => ({ ...each, at: new Date(each.at).toISOString() })),
      }),
    );
    out.flush();
    return;
  }
  const time = (at: number): string =>
    timeText(language, at, config.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  if (detections.length + decisions.length + refusals.length === 0)
    out.line(t(language, 'why.nothing', { entity: escapeControls(entity) }));
  const title = (key: 'why.detections' | 'why.decisions' | 'why.refusals', any: boolean): void => {
    if (any) out.line(colours.bold(t(language, key)));
  };
  title('why.detections', detections.length > 0);
  for (const each of detections) {
    out.line(
      `  ${t(language, 'why.detection', { time: time(each.at), title: each.rule.title, level: levelText(each.rule.level, t(language, `level.${each.rule.level}`)), events: each.events })}`,
    );
    for (const words of unusualWords(each.rule.id, each.facts, language)) out.line(`      ${escapeControls(words)}`);
    for (const line of each.lines) out.line(colours.dim(`      ${escapeControls(line)}`));
  }
  title('why.decisions', decisions.length > 0);
  for (const each of decisions) {
    out.line(
      `  ${t(language, 'why.decision', { time: time(each.at), duration: durationText(language, each.seconds), state: t(language, `state.${each.state}`), until: t(language, 'why.until', { time: time(each.expiresAt) }) })}${each.error === null ? '' : colours.red(`  ${escapeControls(each.error)}`)}`,
    );
  }
  title('why.refusals', refusals.length > 0);
  for (const each of refusals)
    out.line(
      `  ${t(language, 'why.refusal', { time: time(each.at), reason: escapeControls(refusalText(each, language)) })}`,
    );
  out.flush();
}
