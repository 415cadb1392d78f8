import { Worker } from 'node:worker_threads';
import { NodeError } from '../errors.ts';
import { errorOf, packed, unpacked, type JobAnswer, type JobMessage } from './compute-message.ts';
import type { Compute, JobOutput } from './compute.ts';

/**
 * A pool of threads, so that the node's own thread stays free. A thread starts when there is the first job for it; one
 * that dies fails its job and is replaced with the next.
 */
export const workerCompute = ({ threads }: { threads: number }): Compute => {
  const idle: Worker[] = [];
  const busy = new Map<Worker, Task>();
  const waiting: Task[] = [];
  let closed = false;

  const next = (): void => {
    const task = waiting[0];
    if (!task) return;
    const worker = idle.pop() ?? (busy.size < threads ? start() : undefined);
    if (!worker) return;
    waiting.shift();
    busy.set(worker, task);
    worker.ref();
    const { copy, memory } = packed(task.message);
    worker.postMessage(copy, memory);
  };

  const start = (): Worker => {
    const worker = new Worker(PROGRAM);
    worker.on('message', (answer: JobAnswer) => {
      const task = busy.get(worker);
      release(worker);
      settle(task, answer);
      next();
    });
    worker.on('error', (cause) => {
      drop(worker, new NodeError('node/internal', 'a computing thread failed', { cause }));
    });
    worker.on('exit', () =>
      drop(worker, new NodeError('node/internal', 'a computing thread ended')),
    );
    return worker;
  };

  /** An idle thread does not keep the process alive. */
  const release = (worker: Worker): void => {
    busy.delete(worker);
    worker.unref();
    if (!closed) idle.push(worker);
  };

  const drop = (worker: Worker, error: NodeError): void => {
    const place = idle.indexOf(worker);
    if (place >= 0) idle.splice(place, 1);
    const task = busy.get(worker);
    busy.delete(worker);
    task?.reject(error);
    next();
  };

  return {
    run: (job, input) =>
      new Promise((resolve, reject) => {
        if (closed) {
          reject(new NodeError('node/internal', 'no more computing: the node stops'));
          return;
        }
        const message: JobMessage = { job, input };
        waiting.push({ message, resolve: resolve as Task['resolve'], reject });
        next();
      }),
    close: async () => {
      closed = true;
      const error = new NodeError('node/internal', 'the node stops');
      for (const { reject } of waiting.splice(0)) reject(error);
      await Promise.all([...idle, ...busy.keys()].map((worker) => worker.terminate()));
    },
  };
};

interface Task {
  message: JobMessage;
  resolve: (output: JobOutput<JobMessage['job']>) => void;
  reject: (error: Error) => void;
}

const settle = (task: Task | undefined, answer: JobAnswer): void => {
  if ('error' in answer) task?.reject(errorOf(answer));
  else task?.resolve(unpacked(answer.output));
};

/** Beside this file, with its ending: the sources run as they are, and compiled. */
const PROGRAM = new URL(import.meta.url.replace(/worker-compute(?=\.[jt]s$)/, 'compute-worker'));
