/** What the hosts say when the core itself could not. */
export const hostText = {
  notReachable: {
    message: 'Signalbox does not answer.',
    remedy: 'It may be restarting. This page tries again by itself.',
  },
  unauthorised: {
    message: 'This page has no valid key.',
    remedy: 'Open the address that “signalbox-cli serve” printed when it started.',
  },
  unreadable: {
    message: 'Signalbox gave an answer that this page cannot read.',
    remedy: 'The page and the program may be of different versions. Reload the page.',
  },
};
