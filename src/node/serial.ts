/** Runs tasks one after another in the order of their arrival. A task that fails does not stop those behind it. */
export const createSerial = () => {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return {
    run: <T>(task: () => Promise<T>): Promise<T> => {
      waiting += 1;
      const result = last.then(task).finally(() => {
        waiting -= 1;
      });
      last = result.catch(() => undefined);
      return result;
    },
    /** True when nothing runs and nothing waits. */
    idle: (): boolean => waiting === 0,
  };
};
