
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='PaperLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.PositiveSmallIntegerField(help_text='its place in the file, whose line 1 names columns')),
                ('mark', models.CharField(max_length=8)),
                ('first_in_at', models.DateTimeField(null=True)),
                ('last_out_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(choices=[('recorded', 'Recorded'), ('corroborates', 'Corroborates'), ('conflicts', 'Conflicts')], max_length=12)),
            ],
        ),
        migrations.CreateModel(
            name='SpentCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('time_step', models.PositiveBigIntegerField(help_text="Unix time divided by the code's period")),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='StationTimeline',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('epoch', models.BigIntegerField()),
                ('projected_sequence', models.PositiveBigIntegerField(default=0, help_text='the last entry read')),
                ('settled_sequence', models.PositiveBigIntegerField(default=0)),
                ('settled_earliest_ms', models.BigIntegerField(null=True)),
                ('settled_latest_ms', models.BigIntegerField(null=True)),
                ('not_taps', models.JSONField(default=dict, help_text='entries by kind that are no taps, unknown kinds among them')),
            ],
        ),
        migrations.RemoveIndex(
            model_name='sessioncertification',
            name='certified_session',
        ),
        migrations.AddField(
            model_name='decision',
            name='certification',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='store.sessioncertification'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='difference',
            field=models.CharField(blank=True, help_text='what the system said instead, when last read back', max_length=200),
        ),
        migrations.AddField(
            model_name='delivery',
            name='mark',
            field=models.CharField(default='present', help_text='what was sent', max_length=8),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='delivery',
            name='sent_by',
            field=models.ForeignKey(default=1, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='store.staff'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='sessioncertification',
            name='reason',
            field=models.CharField(blank=True, help_text='why the session was certified again; empty for revision 1', max_length=255),
        ),
        migrations.AddField(
            model_name='sessioncertification',
            name='revision',
            field=models.PositiveSmallIntegerField(default=1, help_text='1 for the first signature of the session'),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='tap',
            name='leaf',
            field=models.BinaryField(help_text='RFC 6962 leaf hash of the stored bytes', max_length=32),
        ),
        migrations.AlterField(
            model_name='tap',
            name='outcome',
            field=models.CharField(choices=[('pending', 'Pending'), ('recorded', 'Recorded'), ('repeat', 'Repeat'), ('unknown-credential', 'Unknown Credential'), ('no-session', 'No Session'), ('not-enrolled', 'Not Enrolled'), ('time-review', 'Time Review'), ('unparsed', 'Unparsed'), ('ambiguous', 'Ambiguous'), ('after-decision', 'After Decision'), ('staff', 'Staff')], default='pending', max_length=20),
        ),
        migrations.AddIndex(
            model_name='tap',
            index=models.Index(fields=['token', 'on'], name='tap_token_day'),
        ),
        migrations.AddConstraint(
            model_name='sessioncertification',
            constraint=models.UniqueConstraint(fields=('section', 'on', 'revision'), name='certified_once_a_revision'),
        ),
        migrations.AddConstraint(
            model_name='tap',
            constraint=models.UniqueConstraint(fields=('station', 'leaf'), name='tap_leaf_once'),
        ),
        migrations.AddField(
            model_name='paperline',
            name='record',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='paper_lines', to='store.attendancerecord'),
        ),
        migrations.AddField(
            model_name='paperline',
            name='sheet',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='store.papersheet'),
        ),
        migrations.AddField(
            model_name='spentcode',
            name='staff',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='spent_codes', to='store.staff'),
        ),
        migrations.AddField(
            model_name='stationtimeline',
            name='station',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='timelines', to='store.station'),
        ),
        migrations.AddConstraint(
            model_name='paperline',
            constraint=models.UniqueConstraint(fields=('sheet', 'line'), name='paper_line_once'),
        ),
        migrations.AddConstraint(
            model_name='spentcode',
            constraint=models.UniqueConstraint(fields=('staff', 'time_step'), name='code_signs_once'),
        ),
        migrations.AddConstraint(
            model_name='stationtimeline',
            constraint=models.UniqueConstraint(fields=('station', 'epoch'), name='timeline_once'),
        ),
    ]
