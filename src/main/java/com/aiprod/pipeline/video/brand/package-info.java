/** What a client gives to make the videos of one brand match: colors, a logo, and a seed. */
package com.aiprod.pipeline.video.brand;
