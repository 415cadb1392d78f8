/** Times for people: how long ago, how long yet. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The two largest units: `45 s`, `12 min`, `3 h 20 min`, `5 d 4 h`. */
export const span = (ms: number): string => {
  const rest = Math.max(0, ms);
  if (rest < MINUTE) return `${Math.floor(rest / SECOND)} s`;
  if (rest < HOUR) return `${Math.floor(rest / MINUTE)} min`;
  if (rest < DAY) return two(rest, HOUR, 'h', MINUTE, 'min');
  return two(rest, DAY, 'd', HOUR, 'h');
};

const two = (ms: number, large: number, a: string, small: number, b: string): string => {
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)} ${a}${rest === 0 ? '' : ` ${rest} ${b}`}`;
};

/** `12 min ago`, `in 3 h`, `just now`. */
export const relative = (time: number, now: number): string => {
  if (Math.abs(time - now) < 2 * SECOND) return 'just now';
  return time < now ? `${span(now - time)} ago` : `in ${span(time - now)}`;
};

/** `2026-11-22 18:00:05 UTC` */
export const stamp = (time: number): string =>
  `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** `in 3 h (2026-11-22 18:00:05 UTC)` */
export const moment = (time: number, now: number): string =>
  `${relative(time, now)} (${stamp(time)})`;
