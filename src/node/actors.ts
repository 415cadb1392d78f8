import { ROLES, streamId, type OrderId, type Role, type StreamId } from '../domain/ids.ts';
import { createRoleActor, type ActorDeps, type RoleActor } from './role-actor.ts';

/**
 * The roles of this node that are in memory. A role is a fold of its log, so it can be dropped whenever it rests:
 * the node's memory does not grow with the number of its orders.
 */
export interface Actors {
  of(order: OrderId, role: Role): RoleActor;
  /** The roles that this node has in an order. */
  roles(order: OrderId): Role[];
}

const MOST_RESTING = 512;

export const createActors = (deps: ActorDeps): Actors => {
  const live = new Map<StreamId, RoleActor>();

  const dropResting = (): void => {
    for (const [stream, actor] of live) {
      if (live.size <= MOST_RESTING) return;
      if (actor.idle()) live.delete(stream);
    }
  };

  return {
    of: (order, role) => {
      const stream = streamId(order, role);
      const actor = live.get(stream) ?? createRoleActor(order, role, deps);
      // Last in the map is most recently used.
      live.delete(stream);
      live.set(stream, actor);
      if (live.size > MOST_RESTING) dropResting();
      return actor;
    },
    roles: (order) => ROLES.filter((role) => deps.log.hasStream(streamId(order, role))),
  };
};
