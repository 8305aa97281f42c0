/** `bekci why`: everything known of one address or user. */
import { FEATURES } from '../detectors/anomaly/line-features.ts';
import { canonicalAddress } from '../kit/address.ts';
import { formatNetwork, parseNetwork, widen } from '../kit/cidr.ts';
import { durationText, type Language, t, timeText } from '../kit/messages/messages.ts';
import { escapeControls } from '../kit/text.ts';
import type { StoredDetection } from '../model/detection.ts';
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
  // A ban may stand on the prefix around an IPv6 address.
  const names =
    network === null
      ? [entity]
      : [...new Set([entity, formatNetwork(widen(network, network.family === 6 ? config.decisions.ipv6_prefix : 32))])];
  const detections = store.detections({ entity, limit: 50 });
  const decisions = names.flatMap((name) => store.decisions({ entity: name, limit: 50 }));
  const refusals = store.refusals({ entity, limit: 50 });
  store.close();
  const out = createWriter();
  if (options.json === true) {
    out.line(
      JSON.stringify({
        entity,
        detections: detections.map((each) => ({ ...each, at: new Date(each.at).toISOString() })),
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
    const unusual = unusualText(each, language);
    if (unusual !== null) out.line(`      ${unusual}`);
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

/** What the learning detector found unusual, in words; null for other detections. */
function unusualText({ rule, facts }: Pick<StoredDetection, 'rule' | 'facts'>, language: Language): string | null {
  const name = FEATURES.find((each) => each === facts.feature);
  if (rule.kind !== 'anomaly' || name === undefined) return null;
  const { value = '', usual = '' } = facts;
  return t(language, 'why.unusual', { feature: t(language, `feature.${name}`), value, usual });
}
