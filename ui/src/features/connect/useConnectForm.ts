/** What was entered for a new line, what is wrong with it, and what asking the provider came to. */
import { useState } from 'react';
import type { ConnectArgs, Environment, Probe, ProviderInfo } from '@/api/generated';
import { useMutate } from '@/app/queries';
import { errorAt } from '@/app/refusal';
import type { ApiError } from '@/host/host';
import { fieldProblem } from './ProviderInput';
import { connectText as t } from './text';

export interface Entered {
  name: string;
  environment: Environment;
  values: Record<string, string>;
  api: string;
}

/** Practice lines know their own addresses; they are started, not connected. */
export function environmentsOf(provider: ProviderInfo): Environment[] {
  return provider.environments.filter((e) => e !== 'practice');
}

/** A provider with a host to enter has no API address to override. */
export function hasApi(provider: ProviderInfo): boolean {
  return !provider.fields.some((f) => f.key === 'host');
}

export function connectArgs(provider: ProviderInfo, entered: Entered): ConnectArgs {
  const fields: Record<string, string> = {};
  const secrets: Record<string, string> = {};
  for (const field of provider.fields) {
    const value = (entered.values[field.key] ?? '').trim();
    if (value === '') continue;
    if (field.secret) secrets[field.key] = value;
    else fields[field.key] = value;
  }
  const api = entered.api.trim();
  return {
    provider: provider.key,
    name: entered.name.trim(),
    environment: entered.environment,
    fields,
    secrets,
    ...(entered.environment === 'custom' && api !== '' ? { urls: { api } } : {}),
  };
}

/** By field; `name` among them. */
export function problemsOf(
  provider: ProviderInfo,
  entered: Entered,
  withName: boolean,
): Record<string, string> {
  const out: Record<string, string> = {};
  if (withName && entered.name.trim() === '') out.name = t.form.missingName;
  // Custom and practice providers need not write their ids as the real one does.
  const strict = entered.environment !== 'custom';
  for (const field of provider.fields) {
    const told = fieldProblem(
      strict ? field : { ...field, pattern: null },
      entered.values[field.key] ?? '',
      true,
    );
    if (told !== null) out[field.key] = told;
  }
  return out;
}

export type TestResult =
  | { state: 'idle' }
  | { state: 'asking' }
  | { state: 'done'; probe: Probe; of: string }
  | { state: 'refused'; error: ApiError; of: string };

export function useConnectForm(provider: ProviderInfo) {
  const [entered, setEntered] = useState<Entered>({
    name: '',
    environment: environmentsOf(provider)[0] ?? 'production',
    values: {},
    api: '',
  });
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [tried, setTried] = useState<'test' | 'save' | null>(null);
  const [test, setTest] = useState<TestResult>({ state: 'idle' });
  const check = useMutate('connect_check');
  const connect = useMutate('connect');

  const args = connectArgs(provider, entered);
  // The name says nothing about whether the account works.
  const of = JSON.stringify({ ...args, name: '' });
  const stale = (test.state === 'done' || test.state === 'refused') && test.of !== of;
  const proven = test.state === 'done' && test.probe.ok && !stale;

  const refusal = connect.error ?? (test.state === 'refused' && !stale ? test.error : null);
  const own = problemsOf(provider, entered, tried === 'save');
  const problem = (key: string): string | null => {
    const fromCore = errorAt(refusal, key);
    if (fromCore !== null) return fromCore;
    const told = own[key] ?? null;
    if (told === null) return null;
    const empty = (entered.values[key] ?? '').trim() === '';
    return tried !== null || (left.has(key) && !empty) ? told : null;
  };

  const edit = (part: Partial<Entered>) => {
    if (connect.error !== null) connect.reset();
    setEntered((old) => ({ ...old, ...part }));
  };

  return {
    entered,
    edit,
    setValue: (key: string, value: string) => edit({ values: { ...entered.values, [key]: value } }),
    leave: (key: string) => setLeft((old) => new Set(old).add(key)),
    problem,
    test,
    stale,
    proven,
    refusal,
    /** Null when nothing is missing; else true is for the caller to put the focus on it. */
    runTest: (): boolean => {
      setTried((old) => old ?? 'test');
      if (Object.keys(problemsOf(provider, entered, false)).length > 0) return false;
      setTest({ state: 'asking' });
      // The name is checked when it is saved.
      check.mutate(
        { ...args, name: args.name === '' ? provider.name : args.name },
        {
          onSuccess: (probe) => setTest({ state: 'done', probe, of }),
          onError: (error) => setTest({ state: 'refused', error, of }),
        },
      );
      return true;
    },
    save: (anyway: boolean, onSaved: (id: string) => void): boolean => {
      setTried('save');
      if (Object.keys(problemsOf(provider, entered, true)).length > 0) return false;
      connect.mutate(
        { ...args, ...(proven || anyway ? {} : { test: true }) },
        { onSuccess: (line) => onSaved(line.id) },
      );
      return true;
    },
    saving: connect.isPending,
    saveError: connect.error,
    /** Refused although nobody asked for a test: the provider does not take this key, so it is never kept. */
    hopeless: connect.error?.code === 'probe_failed' && connect.variables?.test !== true,
  };
}

export type ConnectForm = ReturnType<typeof useConnectForm>;
