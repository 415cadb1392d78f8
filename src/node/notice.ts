/** What the operator may want to know of; never a secret. */
export interface Notice {
  level: 'debug' | 'info' | 'warn' | 'error';
  event: string;
  [detail: string]: unknown;
}
