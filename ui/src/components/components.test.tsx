/** Each part: what it says, what the keyboard does, its disabled, busy, empty and failed states. */
import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { describe, expect, test, vi } from 'vitest';
import type { Signal } from '@/api/generated';
import { ApiError } from '@/host/host';
import {
  Aspect,
  Button,
  Checkbox,
  Chip,
  ChoiceMenu,
  CopyButton,
  Disclosure,
  EmptyState,
  ErrorState,
  FactRows,
  FilterMenu,
  IconButton,
  KeyFacts,
  Lamp,
  Menu,
  Meter,
  NextBox,
  Note,
  Popover,
  Progress,
  Radios,
  Reveal,
  Section,
  Segmented,
  Select,
  SkeletonRows,
  StepBar,
  Switch,
  Table,
  Tag,
  TextArea,
  TextField,
  Timeline,
  Tooltip,
} from '.';

describe('Lamp', () => {
  test.each(['clear', 'caution', 'danger', 'off', 'unknown'] as Signal[])(
    '%s has a shape of its own and a name',
    (signal) => {
      const { container } = render(<Lamp signal={signal} />);
      expect(container).toHaveTextContent(new RegExp(`^${signal}$`, 'i'));
      expect(container.querySelector(`[data-signal=${signal}]`)?.innerHTML).toMatchSnapshot();
    },
  );

  test('says nothing when the word stands beside it', () => {
    const { container } = render(<Aspect signal="danger" word="Failed" />);
    expect(container).toHaveTextContent(/^Failed$/);
  });
});

describe('Button', () => {
  test('does its action once, and nothing while it is busy', async () => {
    const user = userEvent.setup();
    const act = vi.fn();
    const { rerender } = render(<Button onClick={act}>Send 34</Button>);
    await user.click(screen.getByRole('button', { name: 'Send 34' }));
    rerender(
      <Button onClick={act} busy>
        Send 34
      </Button>,
    );
    const button = screen.getByRole('button', { name: 'Send 34' });
    await user.click(button);
    expect(act).toHaveBeenCalledTimes(1);
    expect(button).toHaveAttribute('aria-busy', 'true');
    expect(button, 'a busy button keeps the focus').not.toBeDisabled();
  });

  test('is a plain button in a form, and can be disabled', async () => {
    const act = vi.fn();
    render(
      <Button onClick={act} disabled>
        Send
      </Button>,
    );
    const button = screen.getByRole('button');
    expect(button).toHaveAttribute('type', 'button');
    await userEvent.click(button);
    expect(act).not.toHaveBeenCalled();
  });

  test('an icon alone has a name', () => {
    render(<IconButton icon="filter" label="Filter" pressed />);
    expect(screen.getByRole('button', { name: 'Filter', pressed: true })).toBeInTheDocument();
  });
});

describe('fields', () => {
  test('label, hint and error belong to the control', () => {
    render(
      <TextField
        label="Number"
        value="503"
        onChange={() => {}}
        hint="With country code."
        error="9 digits, needs 10."
      />,
    );
    const field = screen.getByLabelText('Number');
    expect(field).toBeInvalid();
    expect(field).toHaveAccessibleDescription('9 digits, needs 10. With country code.');
  });

  test('give their value', async () => {
    const set = vi.fn();
    render(
      <>
        <TextField label="Name" optional value="" onChange={set} keyHint="/" />
        <TextArea label="Message" value="" onChange={set} />
      </>,
    );
    await userEvent.type(screen.getByLabelText(/Name/), 'a');
    await userEvent.type(screen.getByLabelText('Message'), 'b');
    expect(set.mock.calls).toEqual([['a'], ['b']]);
    expect(screen.getByText('optional')).toBeInTheDocument();
  });

  test('a hidden label is still a label', () => {
    render(<TextField label="Search failed" hideLabel value="" onChange={() => {}} />);
    expect(screen.getByRole('textbox', { name: 'Search failed' })).toBeInTheDocument();
  });
});

const options = [
  { value: 'prod' as const, label: 'Production', hint: 'Real people' },
  { value: 'sand' as const, label: 'Sandbox' },
  { value: 'cust' as const, label: 'Custom', disabled: true },
];

function Both() {
  const [value, set] = useState<'prod' | 'sand' | 'cust'>('prod');
  return (
    <>
      <Radios label="Environment" options={options} value={value} onChange={set} />
      <Segmented label="View" options={options.slice(0, 2)} value={value} onChange={set} />
    </>
  );
}

function Filter() {
  const [value, set] = useState<('prod' | 'sand' | 'cust')[]>([]);
  return <FilterMenu label="Line" options={options} value={value} onChange={set} />;
}

describe('choices', () => {
  test('a checkbox can be on, off or in between', async () => {
    const set = vi.fn();
    const { rerender } = render(<Checkbox label="All" checked={false} mixed onChange={set} />);
    expect(screen.getByRole('checkbox', { name: 'All' })).toBePartiallyChecked();
    rerender(<Checkbox label="All" checked onChange={set} />);
    expect(screen.getByRole('checkbox')).toBeChecked();
    await userEvent.click(screen.getByRole('checkbox'));
    expect(set).toHaveBeenCalledWith(false, false);
  });

  test('radios and segments move with the arrows', async () => {
    const user = userEvent.setup();
    render(<Both />);
    const group = screen.getByRole('group', { name: 'Environment' });
    await user.click(within(group).getByRole('radio', { name: /Sandbox/ }));
    expect(
      within(screen.getByRole('group', { name: 'View' })).getByRole('radio', { name: 'Sandbox' }),
    ).toBeChecked();
    expect(within(group).getByRole('radio', { name: 'Custom' })).toBeDisabled();
  });

  test('a switch says that it is one', async () => {
    const set = vi.fn();
    render(<Switch label="Notifications" hint="One for each incident." checked={false} onChange={set} />);
    await userEvent.click(screen.getByRole('switch', { name: /Notifications/ }));
    expect(set).toHaveBeenCalledWith(true);
  });

  test('a select is chosen with the keyboard', async () => {
    const user = userEvent.setup();
    const set = vi.fn();
    render(<Select label="Environment" options={options} value={null} onChange={set} error="Choose one." />);
    const box = screen.getByRole('combobox', { name: 'Environment' });
    expect(box).toHaveTextContent('Choose');
    expect(box).toHaveAccessibleDescription('Choose one.');
    box.focus();
    await user.keyboard('{Enter}');
    await user.click(await screen.findByRole('option', { name: /Sandbox/ }));
    expect(set).toHaveBeenCalledWith('sand');
  });
});

describe('menus and chips', () => {
  test('a menu runs what is chosen', async () => {
    const user = userEvent.setup();
    const pause = vi.fn();
    render(
      <Menu
        trigger={<Button>More</Button>}
        items={[
          { label: 'Pause', onSelect: pause },
          '-',
          { label: 'Remove…', onSelect: () => {}, disabled: true },
        ]}
      />,
    );
    await user.click(screen.getByRole('button', { name: 'More' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Pause' }));
    expect(pause).toHaveBeenCalledTimes(1);
  });

  test('a choice menu shows which one it is', async () => {
    const user = userEvent.setup();
    const set = vi.fn();
    render(
      <ChoiceMenu
        trigger={<Button>Sort</Button>}
        label="Sort by"
        options={options}
        value="prod"
        onChange={set}
      />,
    );
    await user.click(screen.getByRole('button', { name: 'Sort' }));
    expect(await screen.findByRole('menuitemradio', { name: 'Production' })).toBeChecked();
    await user.click(screen.getByRole('menuitemradio', { name: 'Sandbox' }));
    expect(set).toHaveBeenCalledWith('sand');
  });

  test('a filter is ticked, shown, and cleared', async () => {
    const user = userEvent.setup();
    render(<Filter />);
    await user.click(screen.getByRole('button', { name: 'Line' }));
    await user.click(await screen.findByRole('menuitemcheckbox', { name: /Production/ }));
    await user.click(screen.getByRole('menuitemcheckbox', { name: /Sandbox/ }));
    expect(screen.getByText('Production +1')).toBeInTheDocument();
    await user.click(screen.getByRole('menuitem', { name: 'Clear' }));
    expect(screen.queryByText('Production +1')).not.toBeInTheDocument();
  });

  test('chips are a filter to take off, a button, or only a word', async () => {
    const off = vi.fn();
    render(
      <>
        <Chip onRemove={off} name="Today">
          Today
        </Chip>
        <Chip pressed onClick={() => {}}>
          Failed
        </Chip>
        <Tag>Practice</Tag>
      </>,
    );
    await userEvent.click(screen.getByRole('button', { name: 'Remove filter Today' }));
    expect(off).toHaveBeenCalled();
    expect(screen.getByRole('button', { name: 'Failed', pressed: true })).toBeInTheDocument();
    expect(screen.getByText('Practice')).toBeInTheDocument();
  });

  test('a popover belongs to its button; a tooltip without text is none', async () => {
    render(
      <>
        <Popover trigger={<Button>Why</Button>} title="Why it waits">
          <p>The line is signed out.</p>
        </Popover>
        <Tooltip text={null}>92.6 %</Tooltip>
      </>,
    );
    await userEvent.click(screen.getByRole('button', { name: 'Why' }));
    expect(await screen.findByRole('dialog', { name: 'Why it waits' })).toHaveTextContent('signed out');
  });
});

describe('states', () => {
  test('an error says what, why and what to do, with the code only on demand', async () => {
    const again = vi.fn();
    render(
      <ErrorState
        error={
          new ApiError({
            code: 'not_reachable',
            message: 'Signalbox does not answer.',
            remedy: 'Wait a moment.',
          })
        }
        title="Cannot check lines."
        onRetry={again}
      />,
    );
    expect(screen.getByRole('alert')).toHaveTextContent(
      'Cannot check lines.Signalbox does not answer. Wait a moment.',
    );
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(again).toHaveBeenCalled();
    expect(screen.getByText('not_reachable').closest('details')).not.toHaveAttribute('open');
  });

  test('empty is one sentence and one action', () => {
    render(<EmptyState action={<Button>Write</Button>}>Nothing has failed today.</EmptyState>);
    expect(screen.getByText('Nothing has failed today.')).toBeInTheDocument();
    expect(screen.getAllByRole('button')).toHaveLength(1);
  });

  test('grey rows come only after 300 ms; the words at once', () => {
    vi.useFakeTimers();
    const { container } = render(<SkeletonRows label="Reading messages" />);
    expect(screen.getByRole('status')).toHaveTextContent('Reading messages');
    expect(container.querySelectorAll('[aria-hidden=true]')).toHaveLength(0);
    vi.useRealTimers();
  });

  test('notes and what happens next', () => {
    render(
      <>
        <Note signal="danger" role="alert">
          Nothing changed.
        </Note>
        <NextBox detail="Useful until 18:00.">Nothing, until you retry.</NextBox>
      </>,
    );
    expect(screen.getByRole('alert')).toHaveTextContent('Nothing changed.');
    expect(screen.getByText('Useful until 18:00.')).toBeInTheDocument();
  });
});

describe('facts', () => {
  test('label and value belong together', () => {
    render(
      <>
        <FactRows rows={[{ label: 'Number', value: '+1 555 010 0118' }]} />
        <KeyFacts facts={[{ label: 'waiting', value: '11' }]} />
      </>,
    );
    expect(screen.getAllByRole('term').map((d) => d.textContent)).toEqual(['Number', 'waiting']);
    expect(screen.getAllByRole('definition').map((d) => d.textContent)).toEqual(['+1 555 010 0118', '11']);
  });

  test('a meter and a progress bar say their numbers', () => {
    render(
      <>
        <Meter label="People per day" value={61} max={1000} text="61 of 1,000 used" />
        <Progress label="Sending" value={40} max={100} text="40 of 100" />
        <Progress label="Asking" value={null} max={100} />
      </>,
    );
    expect(screen.getByRole('meter', { name: 'People per day' })).toHaveAttribute('value', '61');
    expect(screen.getByText('40 of 100')).toBeInTheDocument();
    expect(screen.getByRole('progressbar', { name: 'Asking' })).not.toHaveAttribute('value');
  });

  test('the step bar says where it stands', () => {
    render(
      <StepBar
        label="Reconnect"
        steps={[
          { label: 'Sign in', state: 'done' },
          { label: 'Check', state: 'current' },
          { label: 'Release', state: 'todo' },
        ]}
      />,
    );
    const items = within(screen.getByRole('list', { name: 'Reconnect' })).getAllByRole('listitem');
    expect(items[1]).toHaveAttribute('aria-current', 'step');
    expect(items.map((i) => i.textContent)).toEqual(['Sign in, done', 'Check, now', 'Release, not yet']);
  });

  test('a timeline gives each entry its time', () => {
    render(
      <Timeline
        label="What happened"
        items={[
          {
            key: '1',
            at: '2026-03-17T17:18:02Z',
            time: '10:18:02',
            text: 'Answer 429',
            detail: '240 ms',
            mark: 'danger',
          },
        ]}
      />,
    );
    expect(screen.getByText('10:18:02')).toHaveAttribute('datetime', '2026-03-17T17:18:02Z');
    expect(screen.getByText('240 ms')).toBeInTheDocument();
  });

  test('a secret shows only when asked for', async () => {
    render(<Reveal text="sk_test_0000" label="Key, hidden" />);
    expect(screen.queryByText('sk_test_0000')).not.toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Show' }));
    expect(screen.getByText('sk_test_0000')).toBeInTheDocument();
  });

  test('copying says that it was done', async () => {
    const user = userEvent.setup();
    render(<CopyButton text="https://in.example/webhook" />);
    await user.click(screen.getByRole('button', { name: 'Copy' }));
    expect(await screen.findByRole('button', { name: 'Copied' })).toBeInTheDocument();
    expect(await navigator.clipboard.readText()).toBe('https://in.example/webhook');
  });

  test('sections have names, details are closed, tables have heads', () => {
    render(
      <Section title="Recent calls" note="50">
        <Table
          label="Calls"
          rows={[]}
          rowKey={() => ''}
          columns={[{ key: 'at', header: 'Time', render: () => '' }]}
          empty="No calls yet."
        />
        <Disclosure summary="Request">POST</Disclosure>
      </Section>,
    );
    expect(screen.getByRole('region', { name: 'Recent calls' })).toBeInTheDocument();
    expect(screen.getByRole('table', { name: 'Calls' })).toHaveTextContent('No calls yet.');
    expect(screen.getByRole('columnheader', { name: 'Time' })).toBeInTheDocument();
  });
});
