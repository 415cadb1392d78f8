import { parentPort } from 'node:worker_threads';
import {
  errorAnswer,
  packed,
  wipeBytes,
  type JobAnswer,
  type JobMessage,
} from './compute-message.ts';
import { runJob } from './compute.ts';

/** Program of one thread of the pool (worker-compute.ts): a job in, its answer out, nothing kept. */

const work = ({ job, input }: JobMessage): JobAnswer => {
  try {
    return { output: runJob(job, input) };
  } catch (thrown) {
    return errorAnswer(thrown);
  } finally {
    wipeBytes(input);
  }
};

parentPort?.on('message', (message: JobMessage) => {
  const answer = work(message);
  const { copy, memory } = packed(answer);
  wipeBytes(answer);
  parentPort?.postMessage(copy, memory);
});
