import type { Interaction, Me } from '../../api/types.js';
import type { Dictionary } from '../../i18n/en.js';
import { wordFor } from '../../i18n/word.js';
import { Elapsed } from '../common/Elapsed.js';
import { useText } from '../hooks.js';
import { HowItCame } from '../talk/HowItCame.js';
import { CallPanel } from './CallPanel.js';
import { CustomerFacts, CustomerHead } from './Customer.js';
import classes from './conversation.module.css';
import { Notes } from './Notes.js';
import { OfferPanel } from './OfferPanel.js';
import { WrapUpPanel } from './WrapUpPanel.js';

function Panel({ interaction, me }: { interaction: Interaction; me: Me }) {
  switch (interaction.state) {
    case 'offered':
      return <OfferPanel interaction={interaction} />;
    case 'wrap_up':
      return <WrapUpPanel interaction={interaction} />;
    default:
      return <CallPanel interaction={interaction} me={me} />;
  }
}

function titleOf(interaction: Interaction, t: Dictionary): string {
  const { state } = interaction;
  if (state === 'offered') return interaction.with === 'colleague' ? t.dial.internalCall : t.offer.title;
  if (state === 'wrap_up') return t.wrapUp.title;
  if (interaction.heldSince !== null) return t.call.status.held;
  if (interaction.with === 'colleague') return t.dial.internalCall;
  return interaction.channel === 'outbound' ? t.dial.outboundCall : t.call.title;
}

/** One interaction from the offer to the end of its wrap-up: the customer stays where he is, only the controls change. */
export function Conversation({ interaction, me }: { interaction: Interaction; me: Me }) {
  const t = useText();
  const { state, heldSince } = interaction;
  return (
    <article
      className={classes.card}
      data-state={state}
      data-on-hold={heldSince !== null}
      data-testid={state === 'offered' ? 'offer' : 'conversation'}
      data-interaction={interaction.id}
      aria-labelledby="conversation-title"
    >
      <div className={classes.strip}>
        <h2 id="conversation-title" className={classes.title}>
          {titleOf(interaction, t)}
          {heldSince !== null && (
            <span className={classes.since} aria-hidden>
              {' '}
              <Elapsed since={heldSince} />
            </span>
          )}
        </h2>
        <span>{interaction.queue.name}</span>
        {state === 'wrap_up' && interaction.outcome && (
          <span>{wordFor(t.outcomes, interaction.outcome)}</span>
        )}
      </div>
      <div className={classes.head}>
        <HowItCame interaction={interaction} />
        <CustomerHead interaction={interaction} me={me} />
      </div>
      <div className={classes.panel}>
        <Panel interaction={interaction} me={me} />
      </div>
      {state !== 'offered' && (
        <div className={classes.notes}>
          <Notes interaction={interaction} />
        </div>
      )}
      <div className={classes.facts}>
        <CustomerFacts interaction={interaction} me={me} />
      </div>
    </article>
  );
}
