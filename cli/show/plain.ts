/**
 * Text for a terminal. Names and reasons come from other nodes: nothing in them may move the cursor, change a colour or
 * reverse the reading direction. Line ends are ours and stay.
 */
export const plain = (text: string): string =>
  text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, (found) =>
    found === '\n' ? found : '\u{fffd}',
  );
