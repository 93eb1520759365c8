/** What can be known of the files of pipelines and of the flow before a job meets them. */
package com.aiprod.pipeline.pipelines.check;
