import type { LoggedEvent } from './event-log.ts';

/**
 * Events of older shapes, brought to the present one when they are read. The version of an event is the `v` of the
 * record that carries it: changing the shape of any event raises RECORD_VERSION and adds a line here. Stored bytes
 * and hashes never change.
 */

/** The version that is written now. */
export const RECORD_VERSION = 1;

/** `<event type>@<version>` to the function that makes an event of the next version of it. */
export type Upcasts = ReadonlyMap<string, (event: LoggedEvent) => LoggedEvent>;

/** Version 1 is the first, so there is nothing older yet. */
export const UPCASTS: Upcasts = new Map();

export const upcast = (event: LoggedEvent, version: number, upcasts: Upcasts): LoggedEvent => {
  let current = event;
  for (let from = version; from < RECORD_VERSION; from++) {
    current = upcasts.get(`${current.type}@${from}`)?.(current) ?? current;
  }
  return current;
};
