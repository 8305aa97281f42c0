/** How much one address may teach: so many lines an hour, on the log's clock, so that nobody makes himself the usual by talking. */
import { copyText } from '../../kit/text.ts';

const HOUR = 3_600_000;
const MAX_SOURCES = 20_000;

/** Counts what each address taught in the running hour. */
export class SourceQuota {
  private readonly most: number;
  private readonly taught = new Map<string, number>();
  private hour = 0;

  constructor(most: number) {
    this.most = most;
  }

  /** True when a line of this address may be learned, which is counted. Beyond the bound of addresses nobody new teaches. */
  allows(address: string, time: number): boolean {
    const hour = Math.floor(time / HOUR);
    if (hour > this.hour) {
      this.hour = hour;
      this.taught.clear();
    }
    const taught = this.taught.get(address);
    if (taught === undefined) {
      if (this.taught.size >= MAX_SOURCES) return false;
      this.taught.set(copyText(address), 1);
      return true;
    }
    if (taught >= this.most) return false;
    this.taught.set(address, taught + 1);
    return true;
  }
}
