"""Keep decisions on times, doubts, certificates and settings beside what they are about."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0002_prove_credentials'),
    ]

    operations = [
        migrations.CreateModel(
            name='GapExplanation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gap', models.CharField(help_text='what the register calls it, like silent/2026-09-01T08:15', max_length=80)),
                ('at', models.DateTimeField()),
                ('reason', models.CharField(max_length=255)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SchoolCertificate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField()),
                ('revision', models.PositiveSmallIntegerField()),
                ('is_closed', models.BooleanField()),
                ('signed', models.TextField(help_text='the Signed object as JSON text')),
                ('sha256', models.CharField(help_text="of the note's text", max_length=64)),
                ('leaf_index', models.PositiveIntegerField(help_text='its place in the log of certificates, from 0', unique=True)),
                ('made_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='StationCertificate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField()),
                ('revision', models.PositiveSmallIntegerField()),
                ('is_closed', models.BooleanField()),
                ('signed', models.TextField(help_text='the Signed object as JSON text')),
                ('sha256', models.CharField(help_text="of the note's text", max_length=64)),
                ('made_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='StationConfig',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('values', models.JSONField(help_text='the settings named; null takes one back')),
                ('by', models.CharField(max_length=200)),
                ('at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='StationDoubt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(help_text='fork, rollback or clone', max_length=20)),
                ('quarantine_id', models.PositiveBigIntegerField(help_text='the message that was set aside', unique=True)),
                ('epoch', models.BigIntegerField()),
                ('since_at', models.DateTimeField()),
                ('cleared_at', models.DateTimeField(null=True)),
                ('cleared_why', models.CharField(blank=True, max_length=255)),
            ],
        ),
        migrations.CreateModel(
            name='TimeDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('epoch', models.BigIntegerField()),
                ('sequence', models.PositiveBigIntegerField()),
                ('earliest_at', models.DateTimeField()),
                ('latest_at', models.DateTimeField()),
                ('is_anchor', models.BooleanField(default=False)),
                ('at', models.DateTimeField()),
                ('reason', models.CharField(max_length=255)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='stationtimeline',
            name='timeline_once',
        ),
        migrations.AddField(
            model_name='projectorposition',
            name='quarantine_id',
            field=models.PositiveBigIntegerField(default=0, help_text='the last message set aside that was read'),
        ),
        migrations.AddField(
            model_name='stationtimeline',
            name='carried_in',
            field=models.BigIntegerField(default=0, help_text='the epoch that carries it, 0 for none'),
        ),
        migrations.AddField(
            model_name='tap',
            name='carried_from',
            field=models.BigIntegerField(default=0, help_text='the epoch it was first journalled in, 0 where that is its own'),
        ),
        migrations.AddField(
            model_name='tap',
            name='is_attested',
            field=models.BooleanField(default=False, help_text='the time rests on what a person said'),
        ),
        migrations.AddField(
            model_name='tap',
            name='provable_earliest_at',
            field=models.DateTimeField(help_text='by signed exchanges and receipts alone, trusting no clock of the station', null=True),
        ),
        migrations.AddField(
            model_name='tap',
            name='provable_latest_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='tap',
            name='time_rule',
            field=models.PositiveSmallIntegerField(default=0, help_text='version of the rule that found it'),
        ),
        migrations.AlterField(
            model_name='tap',
            name='outcome',
            field=models.CharField(choices=[('pending', 'Pending'), ('recorded', 'Recorded'), ('repeat', 'Repeat'), ('unknown-credential', 'Unknown Credential'), ('no-session', 'No Session'), ('not-enrolled', 'Not Enrolled'), ('time-review', 'Time Review'), ('unparsed', 'Unparsed'), ('ambiguous', 'Ambiguous'), ('after-decision', 'After Decision'), ('staff', 'Staff'), ('refuted', 'Refuted'), ('doubted-station', 'Doubted Station')], default='pending', max_length=20),
        ),
        migrations.AddConstraint(
            model_name='stationtimeline',
            constraint=models.UniqueConstraint(fields=('station', 'epoch', 'carried_in'), name='timeline_once'),
        ),
        migrations.AddField(
            model_name='gapexplanation',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='gap_explanations', to='store.staff'),
        ),
        migrations.AddField(
            model_name='gapexplanation',
            name='station',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='gap_explanations', to='store.station'),
        ),
        migrations.AddField(
            model_name='schoolcertificate',
            name='school',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='store.school'),
        ),
        migrations.AddField(
            model_name='stationcertificate',
            name='station',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='store.station'),
        ),
        migrations.AddField(
            model_name='stationconfig',
            name='school',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='configs', to='store.school'),
        ),
        migrations.AddField(
            model_name='stationconfig',
            name='station',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='configs', to='store.station'),
        ),
        migrations.AddField(
            model_name='stationdoubt',
            name='cleared_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cleared_doubts', to='store.staff'),
        ),
        migrations.AddField(
            model_name='stationdoubt',
            name='station',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='doubts', to='store.station'),
        ),
        migrations.AddField(
            model_name='timedecision',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='time_decisions', to='store.staff'),
        ),
        migrations.AddField(
            model_name='timedecision',
            name='station',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='time_decisions', to='store.station'),
        ),
        migrations.AddConstraint(
            model_name='schoolcertificate',
            constraint=models.UniqueConstraint(fields=('school', 'on', 'revision'), name='school_certificate_once'),
        ),
        migrations.AddConstraint(
            model_name='stationcertificate',
            constraint=models.UniqueConstraint(fields=('station', 'on', 'revision'), name='station_certificate_once'),
        ),
        migrations.AddIndex(
            model_name='timedecision',
            index=models.Index(fields=['station', 'epoch', 'sequence'], name='time_decision_entry'),
        ),
    ]
