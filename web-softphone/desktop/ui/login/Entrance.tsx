import { Paper, Stack, Text, Title } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import { Brand } from '../common/Brand.js';
import { AppearanceChoice, LanguageSwitch } from '../shell/Choices.js';
import classes from './login.module.css';

interface EntranceProps {
  title: string;
  subtitle: string;
  onSubmit(event: FormEvent): void;
  children: ReactNode;
}

/** The frame of the forms that stand before the desktop. */
export function Entrance({ title, subtitle, onSubmit, children }: EntranceProps) {
  return (
    <div className={classes.page}>
      <main className={classes.main}>
        <Paper className={classes.card} component="form" noValidate onSubmit={onSubmit}>
          <Stack gap="md">
            <div className={classes.head}>
              <Brand size={44} />
              <div>
                <Title order={1} size="h3">
                  {title}
                </Title>
                <Text c="dimmed" size="sm">
                  {subtitle}
                </Text>
              </div>
            </div>
            {children}
          </Stack>
        </Paper>
      </main>
      <footer className={classes.foot}>
        <LanguageSwitch />
        <AppearanceChoice />
      </footer>
    </div>
  );
}
