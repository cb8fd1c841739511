/** Every component on one page, with `vite --mode fixtures` at /gallery. Never in a production bundle. */
import { createRoute } from '@tanstack/react-router';
import type { Feature } from '@/app/features';
import { rootRoute } from '@/app/root';
import { Gallery } from './Gallery';
import { GalleryList } from './GalleryList';

export const feature: Feature = {
  name: 'gallery',
  routes: [
    createRoute({ getParentRoute: () => rootRoute, path: '/gallery', component: Gallery }),
    createRoute({ getParentRoute: () => rootRoute, path: '/gallery/list', component: GalleryList }),
  ],
};
