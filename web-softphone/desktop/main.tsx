import './styles.css';
import { createRoot } from 'react-dom/client';
import { Desktop } from './desktop.js';
import { App } from './ui/App.js';

const root = document.getElementById('desktop');
if (!root) throw new Error('index.html has no element #desktop');

const desktop = new Desktop(window);
createRoot(root).render(<App desktop={desktop} />);
desktop.start();
