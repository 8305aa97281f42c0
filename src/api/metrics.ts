/** Prometheus text exposition (format 0.0.4) of the engine's status. */

import type { Status } from '../engine/handle.ts';
import { ALARMS } from '../model/alarm.ts';
import { CANARY_STAGES } from '../model/canary.ts';

/** What a set's figure begins with among a responder's. */
const BY_SET = 'dropped_packets:';

type Metric = (name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]) => void;
type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** The whole page. Label values are source ids and detector figures only, so their number is bounded by configuration. */
export function renderMetrics(status: Status): string {
  const out: string[] = [];
  const metric: Metric = (name, type, help, samples) => {
    out.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    for (const [labels, value] of samples) out.push(`${name}${renderLabels(labels)} ${value}`);
  };
  const one = (value: number): readonly Sample[] => [[{}, value]];
  const perSource = (value: (source: Status['sources'][number]) => number): readonly Sample[] =>
    status.sources.map((source) => [{ source: source.id }, value(source)]);

  metric('bekci_build_info', 'gauge', 'Version of the program.', [[{ version: status.version }, 1]]);
  metric(
    'bekci_start_time_seconds',
    'gauge',
    'Start of the engine, seconds since the epoch.',
    one(status.startedAt / 1000),
  );
  metric('bekci_healthy', 'gauge', '1 while nothing is wrong.', one(status.healthy ? 1 : 0));
  const count = (colour: 'red' | 'yellow'): number => status.alarms.filter((each) => each.colour === colour).length;
  metric('bekci_alarms', 'gauge', 'Alarms about bekci itself that are raised.', [
    [{ colour: 'red' }, count('red')],
    [{ colour: 'yellow' }, count('yellow')],
  ]);
  metric(
    'bekci_alarm_raised',
    'gauge',
    'Raised alarms by what is wrong.',
    Object.keys(ALARMS).map((code) => [{ code }, status.alarms.filter((each) => each.code === code).length]),
  );
  renderCanary(status, metric);
  metric('bekci_enforcing', 'gauge', '1 when armed, 0 when observing.', one(status.mode === 'enforce' ? 1 : 0));
  metric('bekci_lines_total', 'counter', 'Lines read.', one(status.lines));
  metric('bekci_decoded_lines_total', 'counter', 'Lines that became an event.', one(status.decoded));
  metric('bekci_detections_total', 'counter', 'Detections since start.', one(status.detections));
  metric('bekci_faults_total', 'counter', 'Lines skipped because of a fault in the program.', one(status.faults));
  metric('bekci_active_decisions', 'gauge', 'Bans in force or observed.', one(status.activeDecisions));
  metric('bekci_alerts_waiting', 'gauge', 'Alerts not yet delivered.', one(status.store.alertsWaiting));
  metric('bekci_alerts_dead', 'gauge', 'Alerts given up.', one(status.store.alertsDead));
  metric('bekci_alerts_sent_total', 'counter', 'Alerts delivered since start.', one(status.alerts.sent));
  metric('bekci_alert_failures_total', 'counter', 'Failed tries to deliver an alert.', one(status.alerts.failed));
  metric('bekci_notifier_problems', 'gauge', 'Notifiers that fail now.', one(Object.keys(status.notifiers).length));
  metric('bekci_store_writable', 'gauge', '1 while the store writes.', one(status.storeWrites ? 1 : 0));
  metric('bekci_store_waiting_writes', 'gauge', 'Small writes that wait for the store.', one(status.unwritten));
  metric(
    'bekci_decisions_pending',
    'gauge',
    'Bans that wait for a firewall; counted up to 1000.',
    one(status.unsettled.pending),
  );
  metric(
    'bekci_decisions_failed',
    'gauge',
    'Bans that a firewall refused; counted up to 1000.',
    one(status.unsettled.failed),
  );
  metric(
    'bekci_cap_refused_total',
    'counter',
    'Bans refused because a cap was reached.',
    status.caps.map(({ cap, refused }) => [{ cap }, refused]),
  );
  metric(
    'bekci_cap_used_ratio',
    'gauge',
    'How much of a cap is used.',
    status.caps.flatMap(({ cap, limit, used }) =>
      limit > 0 && cap !== 'prefix' ? [[{ cap }, used / limit] as const] : [],
    ),
  );
  metric('bekci_clock_jumps_total', 'counter', 'Times the machine’s clock was set.', one(status.clockJumps));
  const responders = (figure: string): readonly Sample[] =>
    Object.entries(status.responders).flatMap(([responder, stats]) =>
      stats[figure] === undefined ? [] : [[{ responder }, stats[figure]] as const],
    );
  // The kernel's counters begin anew when the table does; a rate reads that right.
  metric('bekci_dropped_packets_total', 'counter', 'Packets dropped by the firewall.', responders('dropped_packets'));
  metric('bekci_dropped_bytes_total', 'counter', 'Bytes dropped by the firewall.', responders('dropped_bytes'));
  metric(
    'bekci_set_dropped_packets_total',
    'counter',
    'Packets dropped per set of the firewall: whole addresses and prefixes apart.',
    Object.entries(status.responders).flatMap(([responder, stats]) =>
      Object.entries(stats).flatMap(([figure, value]) =>
        figure.startsWith(BY_SET) ? [[{ responder, set: figure.slice(BY_SET.length) }, value] as const] : [],
      ),
    ),
  );
  metric('bekci_enforcer_problems', 'gauge', 'Responders that fail now.', one(status.enforcers.length));
  metric(
    'bekci_drift_applied_total',
    'counter',
    'Bans put back after something wiped them.',
    one(status.mended.applied),
  );
  metric('bekci_drift_revoked_total', 'counter', 'Bans lifted that no decision asked for.', one(status.mended.revoked));
  metric(
    'bekci_source_lines_total',
    'counter',
    'Lines read per source.',
    perSource((s) => s.lines),
  );
  metric(
    'bekci_source_decoded_total',
    'counter',
    'Decoded lines per source.',
    perSource((s) => s.decoded),
  );
  metric(
    'bekci_source_told_total',
    'counter',
    'Decoded lines per source whose message a decoder knew.',
    perSource((s) => s.told),
  );
  metric(
    'bekci_source_lag',
    'gauge',
    'Known unread bytes or entries.',
    perSource((s) => s.lag),
  );
  metric(
    'bekci_source_lag_seconds',
    'gauge',
    'Age of the newest event read while more waits; 0 when caught up.',
    perSource((s) => s.lagSeconds),
  );
  metric(
    'bekci_source_last_event_timestamp_seconds',
    'gauge',
    'Time of the newest event, seconds since the epoch.',
    status.sources.flatMap((s) => (s.lastEventAt === null ? [] : [[{ source: s.id }, s.lastEventAt / 1000] as const])),
  );
  metric(
    'bekci_source_decoded_ratio',
    'gauge',
    'Share of the last minutes’ lines that became an event.',
    status.sources.flatMap((s) => (s.decodedShare === null ? [] : [[{ source: s.id }, s.decodedShare] as const])),
  );
  metric(
    'bekci_source_clock_skew_seconds',
    'gauge',
    'Clock of the log minus this machine’s, where it is plainly off; 0 otherwise.',
    perSource((s) => (s.clockSkewMs ?? 0) / 1000),
  );
  metric(
    'bekci_source_up',
    'gauge',
    '1 while the source is being read.',
    perSource((s) => (s.state === 'reading' ? 1 : 0)),
  );
  metric(
    'bekci_source_rotations_total',
    'counter',
    'Rotations seen.',
    perSource((s) => s.rotations),
  );
  metric(
    'bekci_source_truncated_lines_total',
    'counter',
    'Lines cut at the length bound.',
    perSource((s) => s.truncated),
  );
  const perKind = (figuresOf: (s: Status['sources'][number]) => Readonly<Record<string, number>> | undefined) =>
    status.sources.flatMap((s) =>
      Object.entries(figuresOf(s) ?? {}).map(([kind, value]) => [{ source: s.id, kind }, value] as const),
    );
  metric(
    'bekci_source_events_total',
    'counter',
    'What else a source counted: lines dropped, frames malformed, peers refused ...',
    perKind((s) => s.counts),
  );
  metric(
    'bekci_source_level',
    'gauge',
    'What a source has now: connections, files, containers ...',
    perKind((s) => s.levels),
  );
  metric(
    'bekci_detector_size',
    'gauge',
    'Size figures of the detectors.',
    Object.entries(status.detectors).map(([figure, value]) => [{ figure }, value]),
  );
  metric('process_resident_memory_bytes', 'gauge', 'Resident memory.', one(status.rssBytes));
  return `${out.join('\n')}\n`;
}

/** Left out while it does not fly; zero before it first came through. */
function renderCanary({ canary }: Status, metric: Metric): void {
  if (canary === null) return;
  const { lastSuccessAt, latencyMs, failures, stoppedAt } = canary;
  metric(
    'bekci_canary_last_success_timestamp_seconds',
    'gauge',
    'When the canary last came through the whole chain, seconds since the epoch; 0 before the first time.',
    [[{}, (lastSuccessAt ?? 0) / 1000]],
  );
  metric(
    'bekci_canary_latency_seconds',
    'gauge',
    'How long its last flight that came through took, from the line to the firewall’s word.',
    latencyMs === null ? [] : [[{}, latencyMs / 1000]],
  );
  metric('bekci_canary_failures', 'gauge', 'Flights in a row that did not come through.', [[{}, failures]]);
  metric(
    'bekci_canary_stopped',
    'gauge',
    '1 for the link at which its last flight stopped.',
    CANARY_STAGES.map((stage) => [{ stage }, stage === stoppedAt ? 1 : 0]),
  );
}

function renderLabels(labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
  );
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}
