/** Where the files of jobs lie until they are sent or deleted. Knows {@code stage}. */
package com.aiprod.pipeline.artifact;
