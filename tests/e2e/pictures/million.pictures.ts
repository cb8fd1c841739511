/**
 * Lists far longer than a screen. Thirty thousand rows come from the core itself. A million take longer to make
 * than pictures are worth, so there the browser is answered in the core's place: with the core's own shapes, the
 * numbers grown and the pages cut from a list that is as long as it says.
 */
import type { Page } from '@playwright/test';
import type {
  Batch,
  Cause,
  Connection,
  ConnectionDetail,
  Items,
  List,
  Message,
  MessageList,
  MessagesArgs,
  Overview,
  Status,
} from '../../../ui/src/api/generated';
import { becomes, expect, test, text } from '../support/desk';
import { people } from '../support/people';
import { morning } from '../support/places';
import { all, open as furnish, names, settled, shoot, usual } from './shoot';

const ROWS = 30_000;
const MILLION = 1_000_000;
const FAILED = 412_306;
const UNKNOWN = 1_204;
/** Of the causes of the morning, how many messages each has by then; all in all as many as failed. */
const COUNTS = [390_112, 15_096, 7_098];

test('thirty thousand messages from the core', async ({ page, open, owner }) => {
  test.setTimeout(300_000);
  await furnish(owner);
  const rows = Array.from({ length: ROWS }, (_, i) => {
    const digits = String(2_015_550_100 + i * 31);
    return `${names[i % names.length] ?? ''} ${i + 1},+1${digits}`;
  });
  const batch = await owner.call('import_start', {
    csv: ['Name,Phone', ...rows].join('\n'),
    map: { Name: 'name', Phone: 'to' },
    channel: 'sms',
    body: 'Hello {name}, our hours change in spring.',
    name: 'New hours',
    // Later, so that the list stands still.
    send_at: '2036-03-16T17:15:00.000Z',
    useful_until: '2036-03-17T17:15:00.000Z',
  });
  const last = await text(owner, { to: people.grace, name: 'Grace Lindholm' });
  await becomes(owner, last.id, 'delivered');
  await open('/messages');
  const grid = page.getByRole('grid', { name: 'Messages' });
  await expect(grid.getByRole('row').nth(2)).toBeVisible();
  await settled(page);
  await shoot(page, 'messages-thousands', all);
  await grid.getByRole('row').nth(2).click();
  await page.keyboard.press('Escape');
  for (let i = 0; i < 6; i += 1) {
    await page.keyboard.press('End');
    await settled(page);
  }
  await shoot(page, 'messages-thousands-deep');
  await open(`/compose?mode=many&batch=${batch.id}`);
  await settled(page);
  await shoot(page, 'batch-thousands');
  await open('/');
  await settled(page);
  await shoot(page, 'overview-thousands');
});

/** Row `index` of the long list, after the model of a row of the core. */
function row(model: Message, index: number): Message {
  const at = new Date(Date.parse(model.created_at) - index * 7_000).toISOString();
  return {
    ...model,
    id: `${model.id.slice(0, 6)}${index.toString(36).padStart(7, '0')}`,
    name: names[index % names.length] ?? null,
    to: model.channel === 'email' ? model.to : `+1${2_015_550_100 + index}`,
    created_at: at,
    updated_at: at,
  };
}

/** One page of it, both ways, with cursors as opaque as the core's. */
function cut(models: readonly Message[], total: number, args: MessagesArgs): MessageList {
  const size = args.limit ?? 50;
  const from =
    args.after !== undefined
      ? Number(args.after.slice(1))
      : args.before !== undefined
        ? Math.max(0, Number(args.before.slice(1)) - size)
        : 0;
  const to = Math.min(total, from + size);
  const items = Array.from({ length: to - from }, (_, i) => {
    const index = from + i;
    return row(models[(index * 7) % models.length] as Message, index);
  });
  return {
    items,
    next: to < total ? `r${to}` : null,
    prev: from > 0 ? `r${from}` : null,
    total,
    searched_until: null,
  };
}

const grown = <L extends Connection>(one: L): L => ({
  ...one,
  waiting: one.channel === 'sms' ? 231_940 : one.waiting,
  today: { delivered: 355_710, decided: 361_002 },
});

/** Answers in the core's place, with its shapes and larger numbers. */
async function million(page: Page): Promise<void> {
  const models = new Map<boolean, Message[]>();
  await page.route('**/api/call/*', async (route) => {
    const name = new URL(route.request().url()).pathname.split('/').at(-1);
    const asked = (): MessagesArgs => (route.request().postDataJSON() as MessagesArgs | null) ?? {};
    const change = async <T>(how: (answer: T) => T) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: how((await answer.json()) as T) });
    };
    switch (name) {
      case 'status':
        return change<Status>((s) => ({
          ...s,
          waiting: 231_940,
          failed: FAILED,
          unknown: UNKNOWN,
          store: { messages: MILLION, bytes: 1_480_000_000 },
        }));
      case 'connections':
        return change<List<Connection>>((c) => ({ ...c, items: c.items.map(grown) }));
      case 'connection':
        return change<ConnectionDetail>((c) => ({ ...grown(c), held: [{ reason: 'rate', count: 231_940 }] }));
      case 'overview':
        return change<Overview>((o) => ({
          ...o,
          verdict: { ...o.verdict, say: '412,306 messages failed, 1,204 outcomes need your decision.' },
          needs_you: o.needs_you.slice(0, 2).map((need, i) => ({
            ...need,
            title: i === 0 ? '1,204 outcomes unknown' : '390,112 messages failed',
            facts: need.facts.map((fact) => ({ ...fact, value: i === 0 ? '1,204' : '390,112' })),
            action: { ...need.action, label: i === 0 ? 'Decide 1,204…' : 'Review 390,112…' },
          })),
          lines: o.lines.map(grown),
          hours: o.hours.map((h, i) =>
            i > 16
              ? { ...h, scheduled: 12_400 + ((i * 977) % 9_000) }
              : { ...h, delivered: 38_000 + ((i * 7_919) % 31_000), failed: (i * 1_237) % 4_000, waiting: 0 },
          ),
        }));
      case 'causes':
        return change<Items<Cause>>((c) => ({
          ...c,
          items: c.items.map((cause) =>
            cause.state === 'unknown'
              ? { ...cause, count: UNKNOWN }
              : { ...cause, count: COUNTS[c.items.filter((o) => o.state !== 'unknown').indexOf(cause)] ?? 0 },
          ),
        }));
      case 'batch':
        return change<Batch>((b) => ({
          ...b,
          total: MILLION,
          waiting: 231_940,
          sent: 48_214,
          delivered: 706_336,
          failed: 13_510,
        }));
      case 'messages': {
        const args = asked();
        const failed = args.state?.includes('needs_attention') ?? false;
        if (!models.has(failed)) {
          const { after: _after, before: _before, ...rest } = args;
          const answer = await route.fetch({ postData: rest });
          models.set(failed, ((await answer.json()) as MessageList).items);
        }
        return route.fulfill({
          json: cut(models.get(failed) ?? [], failed ? FAILED + UNKNOWN : MILLION, args),
        });
      }
      default:
        return route.continue();
    }
  });
}

test('a million messages', async ({ page, open, owner }) => {
  const desk = await morning(owner);
  await million(page);
  await open('/messages');
  const grid = page.getByRole('grid', { name: 'Messages' });
  await expect(grid.getByRole('row').nth(2)).toBeVisible();
  await expect(page.getByText('1,000,000 messages')).toBeVisible();
  await settled(page);
  await shoot(page, 'messages-million', all);
  await grid.getByRole('row').nth(2).focus();
  for (let i = 0; i < 12; i += 1) {
    await page.keyboard.press('End');
    await settled(page);
  }
  await shoot(page, 'messages-million-deep');
  for (const [name, path, sizes] of [
    ['triage-million', '/triage', all],
    ['overview-million', '/', all],
    ['lines-million', '/lines', [usual]],
    ['line-million', `/lines/${desk.lines.twilio}`, [usual]],
    ['batch-million', `/compose?mode=many&batch=${desk.batch}`, [usual]],
    ['settings-million', '/settings#installation', [usual]],
  ] as const) {
    await open(path);
    await settled(page);
    await shoot(page, name, sizes);
  }
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});
