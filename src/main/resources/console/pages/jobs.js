import { heading, empty } from '../ui.js';

export default function (context) {
  return { title: 'Jobs', render: () => [heading('Jobs'), empty('Not built yet', 'This page is a placeholder.')] };
}
