import { heading, empty } from '../ui.js';

export default function (context) {
  return { title: 'Dead letters', render: () => [heading('Dead letters'), empty('Not built yet', 'This page is a placeholder.')] };
}
